from . import test_second_factor
