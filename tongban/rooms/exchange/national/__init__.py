"""国家政务服务数据交换: items, cases and licences as the national tables want them, and what comes back."""
