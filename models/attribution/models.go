package attribution

import "time"

// Models are the models of the ledger, in the order of the documentation. The weights of each sum to 1 in every
// conversion, so their figures can be added up and compared.
func Models() []Model {
	return []Model{
		First(), Last(), LastNonDirect(), Linear(), LinearUnique(), UShaped(), JShaped(), InverseJ(),
		TimeDecay{7 * 24 * time.Hour}, Markov{},
	}
}
