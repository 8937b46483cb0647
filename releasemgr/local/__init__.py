"""Running the product on one machine: embedded servers, their data folder, and the processes of `up` and `test`."""
