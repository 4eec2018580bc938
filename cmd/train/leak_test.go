package main

import (
	"os"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		main()
	}
	leaktest.Main(m)
}
