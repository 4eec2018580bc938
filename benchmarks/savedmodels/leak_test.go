package main

import (
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
