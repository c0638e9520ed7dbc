corpus-word = Toujours là
corpus-notice = Toujours { $word }
