-- %% [markdown]
-- # Distilling right and wrong traces
-- Distillation of reasoning usually keeps the teacher's right solutions and throws the wrong ones away. REDI uses
-- both, in two stages: first SFT on the right traces y+, then, on pairs of a right and a wrong trace of one question,
--
-- `loss = - log p(y+) / |y+|  +  alpha log p(y-) / |y-|`,
--
-- without a reference model and without a sigmoid. Alpha = 0 is SFT continued; alpha = 1 treats both alike and is said
-- to be unstable, alpha = 0.8 is the recommendation. DPO and SimPO are compared on the same pairs.
-- %%
local P = lab.recipe {
  id = "redi-negative-trace-distillation", year = 2025, theme = "negative-examples",
  title = "Distilling right and wrong traces",
  paper = "Harnessing Negative Signals: Reinforcement Distillation from Teacher Data for LLM Reasoning",
  params = {
    questions = 600, samples = 4, width = 32, sft = 500, sft_lr = 4e-3, batch = 64, steps = 80,
    redi_lr = 3e-5, more_lr = 3e-4, dpo_lr = 3e-5, simpo_lr = 3e-5, high_lr = 2e-3,
    alpha = lab.num(0.8, { min = 0, help = "weight of wrong traces" }),
    slip = lab.num(0.5, { min = 0, max = 1, help = "share of the teacher's products that become sums" }),
    negatives = lab.choice("wrong", { "wrong", "right" }, { help = "right: another right trace instead" }),
    tested = 600,
  },
  seeds = 8, smoke = { questions = 200, sft = 20, steps = 20, tested = 20 },
}

-- %% [markdown]
-- **What is smaller here.** Chains of four operations modulo 5, a student of two layers and width 32, 2400 traces. The
-- teacher is a program that slips, not a network: its errors are the kind that the student can pick up from it, since
-- some slips pass as right.
--
-- **Tuning.** All objectives take 80 steps on the same pairs from the same SFT model. Each had the rates 0.00003,
-- 0.0001 and 0.0003 on the pilot seed 1000: REDI gave 0.86, 0.81 and 0.62, DPO (beta = 0.1) 0.83, 0.78 and 0.56, SimPO
-- (beta = 2, gamma = 1) 0.85, 0.83 and 0.69, SFT continued 0.80 at all three. The best of each is set: 0.0003 for SFT,
-- 0.00003 for the others. Accuracy is pass@1 of one sample at temperature 1.
--
-- **What would refute it.** Right traces alone that do as well; wrong traces that wreck the model at every rate; no
-- difference between alpha = 0.8 and 1.
--
-- **Thresholds.** Before any run: 0.02 over SFT continued, and positive differences elsewhere. The pilot seed gave
-- 0.06 over SFT continued (SFT before: 0.83), so the first is 0.03; 0.03 over DPO and 0.01 over SimPO, too little to
-- promise much, so these claims stay at 0 and are at risk. At the high rate, 0.002, the mean log-probability of right
-- traces ended at -0.9 with alpha = 0.8 and at -2.7 with alpha = 1 (threshold of the difference 0.9), and pass@1 fell
-- by 0.44 and 0.50: at that rate both break, one more than the other.
-- %%
lab.claim("wrong traces add to right ones", { measure = function(r) return r.redi - r.more end, above = 0.03 })
lab.claim("as much as with DPO and SimPO", {
  { measure = function(r) return r.redi - r.dpo end, above = 0 },
  { measure = function(r) return r.redi - r.simpo end, above = 0 },
})
lab.claim("at a high rate less weight on wrong traces keeps the right ones likely", {
  { measure = function(r) return r.high_08_logp - r.high_1_logp end, above = 0.9 },
  { measure = function(r) return r.high_1_fall - r.high_08_fall end, above = 0 },
})
lab.control("other right traces in the place of wrong ones", { set = { negatives = "right" }, breaks = 1 })

-- %% [markdown]
-- ## The teacher
-- Questions are chains of four operations modulo 5, `3+4*2-1*3`, traces the four values. The teacher slips: half of
-- its products are sums. A trace counts as right when its last value is, as answers are verified in practice; a slip
-- before `*0`, or one that happens to give the same value later, passes. So slips survive among the right traces, and
-- it is the wrong ones that tell how bad they are. Each question is asked four times.
-- %%
local MODULUS, STEPS, EQUALS, VOCAB = 5, 4, 9, 9
local GIVEN = 2 * STEPS + 2

local function questions(count, rng)
  local list, ids, truth = {}, {}, {}
  for i = 1, count do
    local value = rng:integer(0, MODULUS - 1)
    list[i], ids[i] = { start = value }, { value + 1 }
    for k = 1, STEPS do
      local op, d = rng:integer(1, 3), rng:integer(0, MODULUS - 1)
      value = (op == 1 and value + d or op == 2 and value - d or value * d) % MODULUS
      list[i][k], ids[i][2 * k], ids[i][2 * k + 1] = { op, d }, MODULUS + op, d + 1
    end
    ids[i][GIVEN], truth[i] = EQUALS, value + 1
  end
  return list, lab.tensor(ids, "int64"), lab.tensor(truth, "int64")
end

local function trace(question, rng)
  local value, written, slipped = question.start, {}, 0
  for k, step in ipairs(question) do
    local op, d = step[1], step[2]
    if op == 3 and rng:uniform() < P.slip then
      if (value + d) % MODULUS ~= value * d % MODULUS then slipped = slipped + 1 end
      op = 1
    end
    value = (op == 1 and value + d or op == 2 and value - d or value * d) % MODULUS
    written[k] = value + 1
  end
  return written, slipped
end

-- %%
local r = lab.trials(function(run)
  local list, ids, truth = questions(P.questions, run:rng("questions"))
  local _, test, test_truth = questions(P.tested, run:rng("test"))
  local rng, right_of, wrong_of, out = run:rng("teacher"), {}, {}, { slips = 0, traces = 0 }
  for i, question in ipairs(list) do
    right_of[i], wrong_of[i] = {}, {}
    for _ = 1, P.samples do
      local written, slipped = trace(question, rng)
      local is_right = written[STEPS] == truth[i]:item()
      table.insert(is_right and right_of[i] or wrong_of[i], written)
      if is_right then out.traces, out.slips = out.traces + 1, out.slips + (slipped > 0 and 1 or 0) end
    end
  end
  out.slips = out.slips / out.traces
  local asked, answers, pair_ids, chosen, rejected = {}, {}, {}, {}, {}
  for i in ipairs(list) do
    for _, y in ipairs(right_of[i]) do asked[#asked + 1], answers[#answers + 1] = i, y end
    for k = 1, math.min(#right_of[i], #wrong_of[i]) do
      pair_ids[#pair_ids + 1], chosen[#chosen + 1] = i, right_of[i][k]
      rejected[#rejected + 1] = P.negatives == "wrong" and wrong_of[i][k] or right_of[i][#right_of[i] - k + 1]
    end
  end
  local function int(rows) return lab.tensor(rows, "int64") end
  local positives = lab.data.from{ question = ids:index_select(1, int(asked)), right = int(answers) }
  local both = lab.data.from{ question = ids:index_select(1, int(pair_ids)), right = int(chosen),
    wrong = int(rejected) }
  out.pairs = #both

  local function tune(net, set, steps, lr, name, loss, watch)
    local opt = lab.optim.AdamW(net, { lr = lr })
    local rate = lab.schedule.linear{ lr = lr, steps = steps, warmup = steps // 20 }
    for step, batch in set:batches(P.batch, { steps = steps, rng = run:rng(name) }) do
      opt.lr = rate(step)
      opt:minimize(loss(net, batch), { clip = 1 })
      if watch and step % 20 == 0 then watch(step, net) end
    end
    return net
  end
  local function accuracy(net)                                         -- pass@1, one sample each
    local written = net:generate(test, { max = STEPS, temperature = 1, rng = run:rng("judge") })
    return written:select(2, STEPS):eq(test_truth):mean():item()
  end
  local function mean_log_probs(net, b)
    return net:log_probs(b.question, b.right):mean(2), net:log_probs(b.question, b.wrong):mean(2)
  end
  local function redi(alpha)
    return function(net, b)
      local plus, minus = mean_log_probs(net, b)
      return (alpha * minus - plus):mean()
    end
  end

  -- Stage 1, and continued on the same pairs by each objective.
  local base = lab.nn.Transformer{ vocab = VOCAB, width = P.width, depth = 2, heads = 4, context = GIVEN + STEPS }
  base:load(base:weights():map(function(_, w) return w:dim() > 1 and 8 * w or w end))      -- for so narrow a net
  tune(base, positives, P.sft, P.sft_lr, "sft", function(net, b)
    return net:loss{ given = b.question, predict = b.right }
  end)
  out.sft = accuracy(base)
  local function stage_2(name, lr, loss)
    local net = tune(base:clone(), both, P.steps, lr, "stage 2", loss)
    out[name] = accuracy(net)
    local plus, minus = lab.no_grad(function() return mean_log_probs(net, both) end)
    out[name .. "_plus"], out[name .. "_minus"] = plus:mean(), minus:mean()
  end
  stage_2("more", P.more_lr, redi(0))
  stage_2("redi", P.redi_lr, redi(P.alpha))
  stage_2("dpo", P.dpo_lr, function(net, b)
    local c0, r0 = lab.no_grad(function() return mean_log_probs(base, b) end)
    local c, r = mean_log_probs(net, b)
    return lab.nn.dpo(STEPS * c, STEPS * r, STEPS * c0, STEPS * r0, { beta = 0.1 })
  end)
  stage_2("simpo", P.simpo_lr, function(net, b)
    local c, r = mean_log_probs(net, b)
    return lab.nn.simpo(c, r, { beta = 2, gamma = 1 })
  end)

  -- Stability: a rate that is too high, both weights.
  for suffix, alpha in pairs{ ["08"] = 0.8, ["1"] = 1 } do
    local best, last = out.sft, out.sft
    local net = tune(base:clone(), both, P.steps, P.high_lr, "stage 2", redi(alpha), function(step, net)
      local plus = lab.no_grad(function() return (mean_log_probs(net, both)) end):mean():item()
      last = accuracy(net)
      best = math.max(best, last)
      run:log(step, { ["right_" .. suffix] = plus, ["pass_" .. suffix] = last })
    end)
    out["high_" .. suffix .. "_logp"] = lab.no_grad(function() return (mean_log_probs(net, both)) end):mean()
    out["high_" .. suffix .. "_fall"] = best - last
  end
  return out
end)

-- %%
print(r)
lab.plot.line{ r.series.right_08, r.series.right_1, x_label = "step", y_label = "log-probability per token",
  title = "Right traces at a high rate, alpha = 0.8 and 1" }
lab.plot.line{ r.series.pass_08, r.series.pass_1, x_label = "step", y_label = "pass@1",
  title = "New questions at a high rate, alpha = 0.8 and 1" }
lab.plot.bars{ r.sft, r.more, r.dpo, r.simpo, r.redi, names = { "SFT", "SFT continued", "DPO", "SimPO", "REDI" },
  title = "pass@1 on new questions" }

-- %% [markdown]
-- **Result** (seeds 1 to 8). Wrong traces add nothing to right ones: 0.002 [-0.009, 0.014] over SFT continued, where
-- 0.03 was wanted, so the first claim is refuted; the one pilot that had promised 0.06 was luck. REDI, DPO and SimPO
-- end within 0.01 of each other, undecided. The last claim is supported: at a high rate alpha = 0.8 keeps right traces
-- more likely than alpha = 1 by 1.39 [1.12, 1.65] nats and loses 0.07 [0.04, 0.10] less of pass@1. All methods
-- together push wrong traces down by the same amount as more of the right ones do (-1.76 and -1.65): SFT on right
-- traces of a closed task says already what is wrong, since whatever is not right is wrong. In open problems, as in
-- the paper, it does not. The control breaks its claim.
