from . import test_file_check
