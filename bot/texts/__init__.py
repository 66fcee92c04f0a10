"""Every sentence the product says: no rules, no state. The sentences are Chinese, short and polite."""
