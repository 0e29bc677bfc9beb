from . import test_in_person, test_one_device
