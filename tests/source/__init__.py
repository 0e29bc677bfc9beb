from . import test_acts, test_packages
