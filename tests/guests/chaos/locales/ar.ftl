ready = { $what } جاهز
