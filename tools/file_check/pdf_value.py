"""Reading what stands in the dictionaries of a PDF, wherever it is kept."""


def get(dictionary, key, default=None):
    """Return a value of a dictionary; if it stands elsewhere in the file, from there.

    :param DictionaryObject dictionary: the dictionary
    :param str key: its key
    :param default: what to return if there is none
    """
    if key not in dictionary:
        return default
    value = dictionary[key]
    value = value.get_object() if hasattr(value, "get_object") else value
    return default if value is None else value
