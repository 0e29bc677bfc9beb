import io

from PIL import Image

from ..common import ContractCommon, make_pdf


def make_picture(size=(600, 400), kind="JPEG"):
    """Return a picture as a camera makes it."""
    output = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(output, format=kind)
    return output.getvalue()


class DocumentCommon(ContractCommon):
    """Files of a contract."""

    @classmethod
    def _create_document(cls, contract, **values):
        """Add a file to a contract, as its manager does."""
        return (
            cls.env["customer.contract.document"]
            .with_user(cls.manager)
            .create({"contract_id": contract.id, "name": "ovens.pdf", "raw": make_pdf(), **values})
        )

    def _get_log(self, document):
        """Return the access log of a file, oldest line first."""
        self.env.invalidate_all()
        return (
            self.env["customer.contract.document.access"]
            .search([("document_ref", "=", document.id)])
            .sorted("id")
        )
