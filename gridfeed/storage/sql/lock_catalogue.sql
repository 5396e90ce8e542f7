-- One apply at a time: the plan must still be true when it is written. Readers do not wait.
SELECT version FROM catalogue_version FOR UPDATE
