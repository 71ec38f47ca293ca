"""What `./run` does. Nothing here imports more than the standard library: it runs before anything is installed.

    command     the words of the command line
    serve       data folder, key, port, database, then the server takes over this process
    packages    .venv and the locked Python packages      frontend    the page, built by the Node that is one of them
    registries  pip's and npm's own settings, for uv and for that Node's npm
    suite, check, dev   the developer's commands
    terminal    what is said, and the running of other programs        stamps   what is done already

tests/test_import_directions.py enforces the first sentence.
"""
