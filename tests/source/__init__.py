from . import test_acts, test_language, test_notices, test_packages, test_sentences, test_words
