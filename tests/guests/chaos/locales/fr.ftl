left = { $count ->
    [one] Il reste { $count } place à { $who }
   *[other] Il reste { $count } places à { $who }
}
ready = { $what } est prêt
