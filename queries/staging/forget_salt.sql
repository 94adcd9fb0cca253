SELECT salt FROM forgotten_salt FINAL
