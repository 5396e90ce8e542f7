-- Another text whenever something was published or declared.
SELECT granted.published_state()
