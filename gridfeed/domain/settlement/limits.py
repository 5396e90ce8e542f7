"""How much one message may say, and why no more."""

#: Meter numbers, models, and every name of a project file. With the rest of its key such a name
#: fits an index entry of PostgreSQL (2,704 bytes) at four bytes a character, and a header, a URL
#: and a column on a screen hold it.
LONGEST_NAME = 200
#: Registers have short codes, as 1.8.0 of IEC 62056; a table with a column for each holds these.
LONGEST_REGISTER = 60
#: Ten days of minutes. More would hold up the messages behind it for seconds.
MOST_INTERVALS = 14_400
