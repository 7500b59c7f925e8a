"""The bookshop sample: four small HTTP services in one program, standard library only."""
