from . import test_in_person
