from . import test_acts, test_notices, test_packages, test_sentences
