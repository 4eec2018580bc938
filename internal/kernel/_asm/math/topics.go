package main

import (
	"maps"
	"math"
)

var negInf, posInf = math.Inf(-1), math.Inf(1)

var topics = map[string]func(){
	"vec":     writeVec,
	"math":    writeMath,
	"reduce":  writeReduce,
	"softmax": writeSoftmax,
	"optim":   writeOptim,
	"random":  writeRandom,
	"rnn":     writeRNN,
}

// unary writes a kernel of one operand.
func unary(name string, unroll int, f func(x lane) lane) { wovenUnary(name, unroll, 0, f) }

func wovenUnary(name string, unroll, woven int, f func(x lane) lane) {
	kern{name: name, unroll: unroll, woven: woven, late: woven > 3, body: func(v map[string]lane) map[string]lane {
		return map[string]lane{"dst": f(v["x"])}
	}}.write()
}

// binary writes a kernel of two operands that may be scalars.
func binary(name string, f func(a, b lane) lane) {
	names := signatureOf(name)
	kern{name: name, unroll: 2, stretch: true, body: func(v map[string]lane) map[string]lane {
		return map[string]lane{"dst": f(v[names[1]], v[names[2]])}
	}}.write()
}

func signatureOf(name string) []string { return signature(name).slices }

func writeVec() {
	binary("Add", add)
	binary("Sub", sub)
	binary("Mul", mul)
	binary("Div", div)
	choose := func(pred uint64) func(a, b lane) lane {
		return func(a, b lane) lane { return pick(either(cmp(pred, a, b), cmp(un, a, a)), a, b) }
	}
	binary("Maximum", choose(ge))
	binary("Minimum", choose(le))
	compare := func(pred uint64) func(a, b lane) lane {
		return func(a, b lane) lane { return truth(cmp(pred, a, b)) }
	}
	binary("Equal", compare(eq))
	binary("NotEqual", compare(ne))
	binary("Less", compare(lt))
	binary("LessEqual", compare(le))
	set := func(a lane) mask { return cmp(ne, a, num(0)) }
	binary("And", func(a, b lane) lane { return truth(both(set(a), set(b))) })
	binary("Or", func(a, b lane) lane { return truth(either(set(a), set(b))) })
	binary("ReLUGrad", func(dy, x lane) lane { return only(cmp(gt, x, num(0)), dy) })
	binary("ReLU6Grad", func(dy, y lane) lane { return only(both(cmp(gt, y, num(0)), cmp(lt, y, num(6))), dy) })
	binary("TanhGrad", func(dy, y lane) lane { return mul(dy, sub(num(1), square(y))) })
	binary("SigmoidGrad", func(dy, y lane) lane { return mul(dy, mul(y, sub(num(1), y))) })
	one := func(f func(v map[string]lane) lane) func(v map[string]lane) map[string]lane {
		return func(v map[string]lane) map[string]lane { return map[string]lane{"dst": f(v)} }
	}
	kern{name: "Select", unroll: 1, stretch: true, body: one(func(v map[string]lane) lane {
		return pick(set(v["c"]), v["a"], v["b"])
	})}.write()
	kern{name: "MulAdd", unroll: 1, stretch: true, body: one(func(v map[string]lane) lane {
		return add(mul(v["a"], v["b"]), v["c"])
	})}.write()
	kern{name: "Axpy", unroll: 4, outs: []string{"dst"}, body: one(func(v map[string]lane) lane {
		return add(v["dst"], mul(v["x"], v["s"]))
	})}.write()
	kern{name: "Mix", unroll: 2, body: one(func(v map[string]lane) lane {
		return add(mul(v["a"], v["s"]), mul(v["b"], v["t"]))
	})}.write()
	kern{name: "MixAdd", unroll: 2, outs: []string{"dst"}, body: one(func(v map[string]lane) lane {
		return add(v["dst"], add(mul(v["a"], v["s"]), mul(v["b"], v["t"])))
	})}.write()
	kern{name: "Centre", unroll: 4, body: one(func(v map[string]lane) lane { return mul(sub(v["x"], v["m"]), v["s"]) })}.write()
	kern{name: "ScaleMulAdd", unroll: 4, body: one(func(v map[string]lane) lane {
		return add(mul(mul(v["x"], v["s"]), v["a"]), v["b"])
	})}.write()
	kern{name: "CentreBack", unroll: 4, body: one(func(v map[string]lane) lane {
		return mul(add(add(v["g"], mul(v["u"], v["t"])), v["r"]), v["s"])
	})}.write()
	kern{name: "AddScalar", unroll: 4, body: one(func(v map[string]lane) lane { return add(v["x"], v["s"]) })}.write()
	kern{name: "Scale", unroll: 4, body: one(func(v map[string]lane) lane { return mul(v["x"], v["s"]) })}.write()
	kern{name: "Clip", unroll: 4, body: one(func(v map[string]lane) lane {
		return above(v["lo"], below(v["hi"], v["x"]))
	})}.write()
	kern{name: "Fill", unroll: 4, body: one(func(v map[string]lane) lane { return v["s"] })}.write()
	unary("Neg", 4, neg)
	unary("Abs", 4, abs)
	unary("Square", 4, square)
	unary("Sqrt", 1, sqrt)
	unary("Rsqrt", 1, func(x lane) lane { return div(num(1), sqrt(x)) })
	unary("Reciprocal", 1, func(x lane) lane { return div(num(1), x) })
	unary("Sign", 2, func(x lane) lane {
		return pick(cmp(gt, x, num(0)), num(1), pick(cmp(lt, x, num(0)), num(-1), add(x, num(0))))
	})
	unary("Floor", 4, func(x lane) lane { return round(9, x) })
	unary("Round", 4, func(x lane) lane { return round(8, x) })
	unary("ReLU", 4, func(x lane) lane { return above(num(0), x) })
	unary("IsNaN", 4, func(x lane) lane { return truth(cmp(un, x, x)) })
	unary("Not", 4, func(x lane) lane { return truth(cmp(eq, x, num(0))) })
}

func writeMath() {
	wovenUnary("Exp", 2, 4, exp)
	wovenUnary("Expm1", 1, 2, expm1)
	wovenUnary("Log", 1, 2, log)
	wovenUnary("Log1p", 1, 2, log1p)
	wovenUnary("Tanh", 1, 2, tanh)
	wovenUnary("Sigmoid", 1, 4, sigmoid)
	wovenUnary("Softplus", 1, 2, softplus)
	wovenUnary("Erf", 1, 2, erf)
	unary("Sin", 1, sin)
	unary("Cos", 1, cos)
	kern{name: "SigmoidLoss", unroll: 1, stretch: true, body: func(v map[string]lane) map[string]lane {
		return map[string]lane{"dst": sigmoidLoss(v["x"], v["t"])}
	}}.write()
}

// optimizer writes a kernel that updates some of its slices.
func optimizer(name string, outs []string, body func(v map[string]lane)) {
	kern{name: name, unroll: 1, outs: outs, body: func(v map[string]lane) map[string]lane {
		body(v)
		return v
	}}.write()
}

func writeOptim() {
	mean2 := func(v map[string]lane) {
		v["v"] = add(mul(v["v"], v["rho"]), mul(square(v["g"]), v["q"]))
	}
	mean1 := func(v map[string]lane) {
		v["a"] = add(mul(v["a"], v["rho"]), mul(v["g"], v["q"]))
	}
	root := func(v map[string]lane) lane {
		return div(mul(v["g"], v["lr"]), sqrt(add(v["v"], v["eps"])))
	}
	centered := func(v map[string]lane) lane {
		return div(mul(v["g"], v["lr"]), sqrt(add(sub(v["v"], square(v["a"])), v["eps"])))
	}
	momentum := func(v map[string]lane, d lane) {
		v["m"] = add(mul(v["m"], v["mu"]), d)
		v["w"] = sub(v["w"], v["m"])
	}
	moments := func(v map[string]lane) {
		v["m"] = add(v["m"], mul(sub(v["g"], v["m"]), v["p"]))
		v["v"] = add(v["v"], mul(sub(square(v["g"]), v["v"]), v["q"]))
	}
	optimizer("SGD", []string{"w"}, func(v map[string]lane) {
		v["w"] = sub(v["w"], mul(v["g"], v["lr"]))
	})
	optimizer("Momentum", []string{"w", "m"}, func(v map[string]lane) {
		v["m"] = sub(mul(v["m"], v["mu"]), mul(v["g"], v["lr"]))
		v["w"] = add(v["w"], v["m"])
	})
	optimizer("Nesterov", []string{"w", "m"}, func(v map[string]lane) {
		s := mul(v["g"], v["lr"])
		v["m"] = sub(mul(v["m"], v["mu"]), s)
		v["w"] = add(v["w"], sub(mul(v["m"], v["mu"]), s))
	})
	optimizer("RMSprop", []string{"w", "v"}, func(v map[string]lane) {
		mean2(v)
		v["w"] = sub(v["w"], root(v))
	})
	optimizer("RMSpropMomentum", []string{"w", "v", "m"}, func(v map[string]lane) {
		mean2(v)
		momentum(v, root(v))
	})
	optimizer("RMSpropCentered", []string{"w", "v", "a"}, func(v map[string]lane) {
		mean2(v)
		mean1(v)
		v["w"] = sub(v["w"], centered(v))
	})
	optimizer("RMSpropCenteredMomentum", []string{"w", "v", "a", "m"}, func(v map[string]lane) {
		mean2(v)
		mean1(v)
		momentum(v, centered(v))
	})
	optimizer("Adam", []string{"w", "m", "v"}, func(v map[string]lane) {
		moments(v)
		v["w"] = sub(v["w"], div(mul(v["m"], v["alpha"]), add(sqrt(v["v"]), v["eps"])))
	})
	optimizer("AMSGrad", []string{"w", "m", "v", "h"}, func(v map[string]lane) {
		moments(v)
		v["h"] = above(v["h"], v["v"])
		v["w"] = sub(v["w"], div(mul(v["m"], v["alpha"]), add(sqrt(v["h"]), v["eps"])))
	})
	optimizer("Adagrad", []string{"w", "a"}, func(v map[string]lane) {
		v["a"] = add(v["a"], square(v["g"]))
		v["w"] = sub(v["w"], div(mul(v["g"], v["lr"]), sqrt(add(v["a"], v["eps"]))))
	})
	optimizer("Adadelta", []string{"w", "a", "u"}, func(v map[string]lane) {
		v["a"] = add(mul(v["a"], v["rho"]), mul(mul(v["g"], v["q"]), v["g"]))
		d := div(mul(sqrt(add(v["u"], v["eps"])), v["g"]), sqrt(add(v["a"], v["eps"])))
		v["u"] = add(mul(v["u"], v["rho"]), mul(mul(d, v["q"]), d))
		v["w"] = sub(v["w"], mul(d, v["lr"]))
	})
	optimizer("Adamax", []string{"w", "m", "u"}, func(v map[string]lane) {
		v["m"] = add(v["m"], mul(sub(v["g"], v["m"]), v["p"]))
		v["u"] = above(mul(v["u"], v["beta2"]), abs(v["g"]))
		v["w"] = sub(v["w"], div(mul(v["m"], v["lr"]), mul(add(v["u"], v["eps"]), v["c"])))
	})
	optimizer("Nadam", []string{"w", "m", "v"}, func(v map[string]lane) {
		moments(v)
		d := add(mul(v["m"], v["cm"]), mul(v["g"], v["cg"]))
		v["w"] = sub(v["w"], div(mul(d, v["lr"]), add(sqrt(mul(v["v"], v["cv"])), v["eps"])))
	})
	optimizer("Lion", []string{"w", "m"}, func(v map[string]lane) {
		d := add(mul(v["m"], v["beta1"]), mul(v["g"], v["p"]))
		sign := only(cmp(ne, d, num(0)), or(signOf(d), num(1)))
		v["w"] = sub(v["w"], mul(sign, v["lr"]))
		v["m"] = add(mul(v["m"], v["beta2"]), mul(v["g"], v["q"]))
	})
	optimizer("FTRL", []string{"w", "a", "l"}, func(v map[string]lane) {
		before := sqrt(v["a"])
		v["a"] = add(v["a"], square(v["g"]))
		root := sqrt(v["a"])
		step := mul(div(sub(root, before), v["lr"]), v["w"])
		v["l"] = add(v["l"], sub(add(v["g"], mul(v["w"], v["shrink"])), step))
		inside := below(above(v["l"], neg(v["l1"])), v["l1"])
		v["w"] = div(sub(inside, v["l"]), add(div(root, v["lr"]), v["l2"]))
	})
}

func writeRNN() {
	// slope is dy times the derivative where the function is y.
	slopeTanh := func(dy, y lane) lane { return mul(dy, sub(num(1), square(y))) }
	slopeSigmoid := func(dy, y lane) lane { return mul(dy, mul(y, sub(num(1), y))) }
	// blend is the state of a GRU.
	blend := func(v map[string]lane) {
		v["h"] = add(mul(v["z"], sub(v["before"], v["candidate"])), v["candidate"])
	}
	// unblend is its gradient.
	unblend := func(v map[string]lane) {
		dz := mul(sub(v["before"], v["candidate"]), v["dh"])
		t := mul(v["dh"], v["z"])
		v["candidate"] = slopeTanh(sub(v["dh"], t), v["candidate"])
		v["dh"] = t
		v["z"] = slopeSigmoid(dz, v["z"])
	}
	cell := func(name string, woven int, outs []string, only string, body func(v map[string]lane)) {
		late := woven > 0
		kern{name: name, unroll: 1, woven: woven, late: late, outs: outs, only: only, body: func(v map[string]lane) map[string]lane {
			body(v)
			return v
		}}.write()
	}
	// activate replaces operands by their sigmoids, and one by its tanh.
	activate := func(v map[string]lane, ofTanh string, ofSigmoid ...string) {
		var parts []func()
		y := map[string]lane{}
		for _, n := range ofSigmoid {
			parts = append(parts, func() { y[n] = sigmoid(v[n]) })
		}
		if ofTanh != "" {
			parts = append(parts, func() { y[ofTanh] = tanh(v[ofTanh]) })
		}
		weave(parts...)
		maps.Copy(v, y)
	}
	// On AVX-512 the steps forward are two kernels: there a sigmoid and then a
	// tanh in one body would wait longer than the processor can look ahead.
	cell("LSTM", 1, []string{"c", "i", "f", "g", "o"}, "c", func(v map[string]lane) {
		if !wide {
			activate(v, "g", "i", "f", "o")
			v["c"] = add(mul(v["i"], v["g"]), mul(v["f"], v["before"]))
			return
		}
		v["f"] = sigmoid(v["f"])
		kept := mul(v["f"], v["before"])
		v["i"] = sigmoid(v["i"])
		v["g"] = tanh(v["g"])
		v["c"] = add(mul(v["i"], v["g"]), kept)
		v["o"] = sigmoid(v["o"])
	})
	cell("Output", 2, []string{"h"}, "h", func(v map[string]lane) { v["h"] = mul(tanh(v["c"]), v["o"]) })
	cell("LSTMBack", 0, []string{"dh", "dc", "i", "f", "g", "o"}, "", func(v map[string]lane) {
		t := div(v["h"], above(num(0x1p-126), v["o"]))
		dc := add(v["dc"], slopeTanh(mul(v["dh"], v["o"]), t))
		v["o"] = slopeSigmoid(mul(v["dh"], t), v["o"])
		v["dh"] = word(0)
		di, dg := mul(dc, v["g"]), mul(dc, v["i"])
		v["i"] = slopeSigmoid(di, v["i"])
		v["g"] = slopeTanh(dg, v["g"])
		v["dc"] = mul(dc, v["f"])
		v["f"] = slopeSigmoid(mul(dc, v["before"]), v["f"])
	})
	cell("GRU", 2, []string{"h", "candidate"}, "h", func(v map[string]lane) {
		v["candidate"] = tanh(v["candidate"])
		blend(v)
	})
	cell("GRUGates", 1, []string{"z", "r", "candidate"}, "", func(v map[string]lane) {
		if !wide {
			activate(v, "", "z", "r")
			v["candidate"] = add(mul(v["r"], v["inner"]), v["candidate"])
			return
		}
		v["r"] = sigmoid(v["r"])
		v["candidate"] = add(mul(v["r"], v["inner"]), v["candidate"])
		v["z"] = sigmoid(v["z"])
	})
	cell("GRUBack", 0, []string{"dh", "z", "candidate"}, "", unblend)
	cell("GRUResetBack", 0, []string{"dh", "z", "r", "candidate", "inner"}, "", func(v map[string]lane) {
		unblend(v)
		dr := mul(v["candidate"], v["inner"])
		v["inner"] = mul(v["candidate"], v["r"])
		v["r"] = slopeSigmoid(dr, v["r"])
	})
}
