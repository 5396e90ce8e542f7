-- Points of other files that serve other contracts now, because a meter came or went.
UPDATE service_point SET modified_at = clock_timestamp()
  WHERE servicepoint_number = ANY (:points::text[])
