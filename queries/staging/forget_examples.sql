-- Examples of violations may name anybody; the next checks write new ones.
ALTER TABLE check_results UPDATE example = '' WHERE example != '' SETTINGS mutations_sync = 2
