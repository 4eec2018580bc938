// Package search finds good settings of models: it tries many of them by
// cross-validation and gives a table.
//
// The settings are a struct of your own. [Product] makes a grid of such
// structs and [Random] draws some, [Run] tries them, with [Halving] dropping bad
// ones early, and [LearningRates] looks for a learning rate in one short run.
// [Classifier] and [Regressor] wrap a model for one setting.
//
// Results depend on the data, the settings and the seed, not on how many trials
// run at once or in which order they end.
package search
