"""A mail server on this machine that keeps what it gets, so that links can be opened.

With a folder, each mail becomes a page in it, and ``index.html`` lists them.
"""

import contextlib
import email
import email.policy
import html
import socketserver
import threading
import time
from pathlib import Path

PAGE = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto }}
dt {{ font-weight: bold }} iframe {{ width: 100%; height: 70vh; border: 1px solid #ccc }}
td {{ padding: .3em 1em .3em 0; vertical-align: top }}</style>
{body}
"""


class MailCatcher:
    """Takes any mail, and tells what came for whom."""

    def __init__(self, folder=None):
        self.mails = []
        self.messages = []
        # Addresses whose mails are not taken.
        self.refused = set()
        self._lock = threading.Lock()
        self._pages = _Pages(Path(folder)) if folder else None

    @property
    def index(self):
        """The page that lists what came, if there is a folder."""
        return self._pages.index

    def texts_to(self, address):
        """The texts of the mails to an address, newest first."""
        with self._lock:
            return [text for recipients, text in reversed(self.mails) if address in recipients]

    def keep(self, recipients, content):
        """Keep one mail."""
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("html", "plain"))
        text = body.get_content() if body else ""
        with self._lock:
            self.mails.append((recipients, f"{message['Subject']}\n{text}"))
            self.messages.append((recipients, message))
            if self._pages:
                self._pages.add(recipients, message, text)

    @contextlib.contextmanager
    def listening(self):
        """Serve while the block runs; yields the port."""
        catcher = self

        class Conversation(_Conversation):
            keep = staticmethod(catcher.keep)
            refused = catcher.refused

        with _Server(("127.0.0.1", 0), Conversation) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    # Many customers who act at once are written to at once.
    request_queue_size = 128


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as Python's client speaks."""

    def handle(self):
        # Clients that are stopped in the middle are no news here.
        with contextlib.suppress(ConnectionError):
            self._converse()

    def _converse(self):
        self._say("220 ready")
        recipients = []
        while line := self.rfile.readline():
            command = line.strip().decode("utf-8", errors="replace")
            verb = command.partition(" ")[0].upper()
            if verb == "RCPT":
                address = command.partition("<")[2].partition(">")[0]
                if address in self.refused:
                    self._say("550 no such mailbox")
                    continue
                recipients.append(address)
            if verb == "DATA":
                self._say("354 go on")
                self.keep(recipients, self._read_mail())
            if verb in ("DATA", "RSET"):
                recipients = []
            self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                break

    def _read_mail(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class _Pages:
    """The mails as their readers see them, in a folder of this run."""

    def __init__(self, folder):
        self._folder = folder
        self.index = folder / "index.html"
        self._rows = []
        folder.mkdir(parents=True, exist_ok=True)
        for page in folder.iterdir():
            page.unlink()
        self._write_index()

    def add(self, recipients, message, text):
        """Write a mail's page, with its attachments beside it."""
        name = f"{len(self._rows) + 1:04d}"
        facts = {
            "To": html.escape(", ".join(recipients)),
            "From": html.escape(str(message["From"])),
            "Subject": html.escape(str(message["Subject"])),
            "Files": self._write_files(name, message),
        }
        told = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in facts.items() if value)
        # Links open in a tab of their own, as they do from a mail program.
        content = html.escape(f'<base target="_blank">{text}')
        body = f'<dl>{told}</dl><iframe srcdoc="{content}"></iframe>'
        (self._folder / f"{name}.html").write_text(PAGE.format(title=facts["Subject"], body=body))
        self._rows.append(
            f"<tr><td>{time.strftime('%H:%M:%S')}<td>{facts['To']}"
            f'<td><a href="{name}.html">{facts["Subject"]}</a>'
        )
        self._write_index()

    def _write_files(self, name, message):
        """Write a mail's attachments; return the links to them."""
        links = []
        for part in message.iter_attachments():
            # The name is the sender's, and must not lead out of the folder.
            file = f"{name}-{Path(part.get_filename() or 'file').name}"
            (self._folder / file).write_bytes(part.get_payload(decode=True) or b"")
            links.append(f'<a href="{html.escape(file)}">{html.escape(file)}</a>')
        return ", ".join(links)

    def _write_index(self):
        rows = "\n".join(reversed(self._rows)) or "<tr><td>Nothing yet."
        body = f'<meta http-equiv="refresh" content="5"><h1>What left</h1><table>{rows}</table>'
        self.index.write_text(PAGE.format(title="What left", body=body))
