package models

func init() {} // wrong: starts by itself

type run struct{}

func (run) init() {} // only a name
