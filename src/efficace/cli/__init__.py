"""The command line: asks the project and shows; computes nothing."""
