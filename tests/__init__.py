"""The tests of each feature, in the order of the features; then what they tell together."""

from .protection import *
from .file_check import *
from .contract import *
from .evidence import *
from .signature import *
from .participant import *
from .portal import *
from .identity import *
from .standing import *
from .delegation import *
from .approval import *
from .permission import *
from .sharing import *
from .document import *
from .reminder import *
from .dispute import *
from .in_person import *
from .milestone import *
from .custom_field import *
from .customer_input import *
from .seal import *
from .integrity import *
from .paper import *
from .field_rule import *
from .story import *
from .source import *
