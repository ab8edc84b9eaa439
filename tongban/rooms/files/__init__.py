"""文件: uploads and made documents, by their content."""
