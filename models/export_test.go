package models

// ForgetKnows says whether Forget knows whom a table's rows are about, or that they are about nobody.
func ForgetKnows(table string, columns []string) bool {
	_, ok := rowsAboutSomebody(table, columns)
	return ok || tablesOfNobody[table]
}
