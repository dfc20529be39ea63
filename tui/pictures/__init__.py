"""The whole map as a picture or a page: SVG, PNG, HTML. Nothing here imports textual."""
