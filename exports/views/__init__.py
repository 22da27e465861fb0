"""The views that BI reads: versioned names over the marts, and the record of what each version promises."""
