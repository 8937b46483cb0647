"""Templates of releases: the document (`plan`), its dates (`dates`, `ground`), building from it (`build`), its versions."""
