corpus-word = Toujours là
