package nn_test

import "maps"

func init() {
	maps.Copy(differently, map[string]string{"MultiHeadAttention.value_dim": "0 stands for key_dim"})
	maps.Copy(extra, map[string]string{
		"MultiHeadAttention.query_shape": "get_config shows it", "MultiHeadAttention.key_shape": "get_config shows it", "MultiHeadAttention.value_shape": "get_config shows it",
		"Attention.dropout": "**kwargs", "AdditiveAttention.dropout": "**kwargs",
	})
}
