"""Whether two models give the same wrong answers, held against other models: answers read, counted, tested, judged."""
