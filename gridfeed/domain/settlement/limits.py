"""Limits of the contents of one message, and the reasons for them."""

#: For meter numbers, models, and every name in a project file. Even at four bytes a character, such
#: a name and the rest of its key fit an index entry of PostgreSQL (2,704 bytes). It also fits a
#: header, a URL and a column on a screen.
LONGEST_NAME = 200
#: Registers have short codes, such as 1.8.0 of IEC 62056; a table with a column for each has room
#: for them.
LONGEST_REGISTER = 60
#: Ten days of minutes. A longer forecast would delay the messages after it by seconds.
MOST_INTERVALS = 14_400
