from . import test_preparation, test_preparation_mail
