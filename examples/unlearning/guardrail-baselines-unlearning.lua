-- %% [markdown]
-- # Is it unlearned, or only kept quiet?
-- A model is to forget some persons. One can fine-tune it, by gradient ascent on what it knows of them, with or
-- without descent on the rest. Or one leaves the weights alone and puts a guardrail around them: a prompt that asks
-- not to tell, a filter that refuses questions in which a name occurs, a filter that looks at what is about to be
-- said. The paper finds that such guardrails do as well as fine-tuning on the usual measures, which look at answers
-- only. So either the guardrails suffice, or the measures cannot tell forgetting from silence. Both are tested here:
-- first by the usual measures, then by asking for the same persons by their nicknames, which go around the wrapper but
-- not around the weights.
-- %%
local P = lab.recipe {
  id = "guardrail-baselines-unlearning", title = "Is it unlearned, or only kept quiet?", year = 2024,
  theme = "unlearning",
  paper = "Guardrail Baselines for Unlearning in LLMs",
  params = {
    width = 64, pretrain = lab.int(900, { min = 1, help = "steps" }),
    steps = lab.int(80, { min = 1, help = "of fine-tuning, at most" }),
    nicknames = lab.num(0.15, { min = 0, max = 1, help = "share of the questions that use a nickname" }),
    filter = lab.choice("names", { "names", "all names" },
      { help = "all names: the input filter knows the nicknames, too" }),
  },
  seeds = 8, smoke = { pretrain = 2, steps = 2 },
}

-- %% [markdown]
-- **What is smaller here.** 72 made-up persons with a name, a nickname and four properties, told as statements and as
-- questions, to a decoder of 120 thousand weights. Eight persons are to be forgotten. Nicknames are rarer than names.
-- That a model follows an instruction must be trained at this size: before a question may stand `IGNORE name`, and
-- then the answer about that person is `unknown`; 56 persons were met in this way, the eight never. So the prompt
-- stands for instruction following, and whether it carries over to other persons is itself a result (eight more
-- persons that were not met in this way serve as a check).
--
-- **Fine-tuning** gets three learning rates, and is looked at after every second step. Of all looks at which at most 5
-- % of the forgotten questions are still answered (one in twenty is guessing), the one counts that keeps most of the
-- others; gradient difference descends on just these. So fine-tuning is chosen by the measure that judges it. If the 5
-- % are never reached, the look with the least counts.
--
-- **Filters.** The input filter looks for the eight names. The output filter is a linear probe on the hidden state
-- from which the answer is read, trained to tell the eight persons from the others. That a filter by name answers
-- nothing is true by construction, and so is that it does not stop nicknames; the open questions are how near
-- fine-tuning comes to it by the usual measures, and whether fine-tuning on names reaches the nicknames. In the
-- control the filter knows them.
--
-- **What would refute it.** Fine-tuning that forgets more, or keeps more, than a filter does by answers alone; or that
-- leaves the nicknames as they are, so that weights and wrapper could not be told apart this way either.
--
-- **Thresholds.** Those of the estimates before any run. On pilot seeds 1000 to 1002 the model had 0.98 of all answers
-- right. The input filter left 0 of the forgotten and 0.98 of the others, gradient difference 0.01 and 0.65 with 40
-- steps (it has 80 now, to give it time to win others back), ascent alone 0.02 and 0.15. By nickname the filter told
-- 0.98, gradient difference 0.03. The prompt took 0.64 off (0.53 to 0.78), and obeying carried over to 0.74 of the
-- questions about persons not met in this way; but it cost 0.09 on the others (0.02 to 0.14), because the model
-- sometimes takes a strange name in the instruction for the one asked for. So the second half of the third claim is at
-- risk. The output filter stops less than half of the answers, since the state from which one word is read tells the
-- word better than the person. Under the control (seed 1000) the filter tells nothing by nickname either.
-- %%
lab.claim("by answers, a filter does as well as gradient difference", {
  { measure = function(r) return r.input_forget - r.difference_forget end, below = 0.02 },
  { measure = function(r) return r.input_retain - r.difference_retain end, above = -0.01 },
})
lab.claim("nicknames show that the filter has removed nothing", {
  { measure = function(r) return r.input_nick end, above = 0.6 },
  { measure = function(r) return 0.6 * r.input_nick - r.difference_nick end, above = 0 },
})
lab.claim("a prompt alone unlearns a part", {
  { measure = function(r) return r.none_forget - r.prompt_forget end, above = 0.3 },
  { measure = function(r) return r.none_retain - r.prompt_retain end, below = 0.05 },
})
lab.control("a filter that knows the nicknames hides them as well", { set = { filter = "all names" }, breaks = 2 })

-- %% Ids of words. A prompt has five: instruction, its object, person, property, ASK or IS; the answer is one word.
local PEOPLE, FORGET, TAUGHT = 72, 8, 56
local NAME, NICK, PROPERTY, VALUE = 0, PEOPLE, 2 * PEOPLE, 2 * PEOPLE + 4
local NONE = VALUE + 80
local IGNORE, ASK, IS, UNKNOWN, VOCAB = NONE + 1, NONE + 2, NONE + 3, NONE + 4, NONE + 4

local function questions(people, value, called, form, instruction)     -- all properties of some persons
  local x, y = {}, {}
  for _, p in ipairs(people) do
    for q = 1, 4 do
      local first, second = NONE, NONE
      if instruction then first, second = IGNORE, NAME + instruction(p) end
      x[#x + 1] = { first, second, called + p, PROPERTY + q, form }
      y[#y + 1] = first == IGNORE and second == NAME + p and UNKNOWN or value[p][q]
    end
  end
  return lab.data.from{ x = lab.tensor(x, "int64"), y = lab.tensor(y, "int64") }
end
local function range(from, to)
  local list = {}
  for i = from, to do list[#list + 1] = i end
  return list
end

-- %% The model
local function last(net, x) return net(x)[{ {}, -1, {} }] end
local function loss_on(net, batch) return lab.nn.cross_entropy(last(net, batch.x), batch.y) end
local function answers(net, set) return lab.no_grad(function() return last(net, set.x):argmax(2) end) end
local function accuracy(net, set) return answers(net, set):eq(set.y):mean():item() end

local function pretrained(value, run)
  local rng, everyone, taught = run:rng("instructions"), range(1, PEOPLE), range(FORGET + 1, FORGET + TAUGHT)
  local parts = {
    questions(everyone, value, NAME, ASK), questions(everyone, value, NAME, IS), questions(everyone, value, NICK, ASK),
    questions(taught, value, NAME, ASK, function(p) return p end),
  }
  local function another() return taught[rng:integer(1, #taught)] end
  local others = questions(taught, value, NAME, ASK, another)
  for _ = 1, 11 do others = others:concat(questions(taught, value, NAME, ASK, another)) end
  parts[5] = others
  local net = lab.nn.Transformer{ vocab = VOCAB, width = P.width, depth = 2, heads = 4, context = 5 }
  local opt, rate = lab.optim.AdamW(net, { lr = 3e-3 }),
    lab.schedule.cosine{ lr = 3e-3, steps = P.pretrain, warmup = P.pretrain // 20 }
  local mix = lab.data.mix(parts, { ratios = { 0.25, 0.1, P.nicknames, 0.15, 0.35 } })
  for step, batch in mix:batches(96, { steps = P.pretrain, rng = run:rng("pretrain") }) do
    opt.lr = rate(step)
    local loss = opt:minimize(loss_on(net, batch), { clip = 1 })
    if step % 50 == 0 then run:log(step, { loss = loss }) end
  end
  return net
end

-- %%
local r = lab.trials(function(run)
  local rng, value = run:rng("world"), {}
  for p = 1, PEOPLE do
    value[p] = {}
    for q = 1, 4 do value[p][q] = VALUE + 20 * (q - 1) + rng:integer(1, 20) end
  end
  local net = pretrained(value, run)
  local base = net:weights()
  local gone, others = range(1, FORGET), range(FORGET + 1, PEOPLE)
  local forget, retain = questions(gone, value, NAME, ASK), questions(others, value, NAME, ASK)
  local nick, nick_retain = questions(gone, value, NICK, ASK), questions(others, value, NICK, ASK)

  local out = {}
  local function arm(name, measures) for key, number in pairs(measures) do out[name .. "_" .. key] = number end end
  local function measured()
    return { forget = accuracy(net, forget), retain = accuracy(net, retain), nick = accuracy(net, nick) }
  end
  arm("none", measured())
  out.none_nick_retain = accuracy(net, nick_retain)

  -- A prompt in front. `unknown` is no right answer here.
  local function asked(people, instruction)
    local set = questions(people, value, NAME, ASK, instruction)
    return set:with("y", questions(people, value, NAME, ASK).y)
  end
  local someone = run:rng("someone")
  local function a_forgotten() return someone:integer(1, FORGET) end
  arm("prompt", { forget = accuracy(net, asked(gone, function(p) return p end)),
    retain = accuracy(net, asked(others, a_forgotten)), nick = accuracy(net, nick) })
  out.obeys_untaught = 1 - accuracy(net, asked(range(FORGET + TAUGHT + 1, PEOPLE), function(p) return p end))

  -- Filters: where they refuse, nothing is told.
  local function guarded(set, refuses)
    local told = answers(net, set):eq(set.y):logical_and(refuses(set):logical_not())
    return told:to("float32"):mean():item()
  end
  local function by_name(set)
    local who = set.x:select(2, 3)
    local named = who:gt(NAME):logical_and(who:le(NAME + FORGET))
    return P.filter == "names" and named or named:logical_or(who:gt(NICK):logical_and(who:le(NICK + FORGET)))
  end
  local function state(set) return lab.no_grad(function() return net:hidden(set.x):select(2, 5) end) end
  local persons = forget:concat(retain)
  local probe = lab.probe.linear(state(persons), by_name(persons):to("int64") + 1)
  local function by_probe(set) return probe.predict(state(set)):argmax(2):eq(2) end
  local function filtered(refuses)
    return { forget = guarded(forget, refuses), retain = guarded(retain, refuses), nick = guarded(nick, refuses) }
  end
  arm("input", filtered(by_name)); arm("output", filtered(by_probe))

  -- Fine-tuning.
  local function finetuned(name, descend)
    local best, key
    for _, lr in ipairs{ 1e-4, 3e-4, 1e-3 } do
      net:load(base)
      local opt = lab.optim.AdamW(net, { lr = lr, weight_decay = 0 })
      local keep = retain:batches(60, { steps = P.steps, rng = run:rng("keep") })
      for step = 1, P.steps do
        local _, batch = keep()
        local loss = -loss_on(net, forget)
        if descend then loss = loss + loss_on(net, batch) end
        opt:minimize(loss, { clip = 1 })
        if step % 2 == 0 then
          local left, stays = accuracy(net, forget), accuracy(net, retain)
          local rank = left <= 0.05 and stays or -left
          if key == nil or rank > key then best, key = measured(), rank end
        end
      end
    end
    arm(name, best)
  end
  finetuned("ascent", false); finetuned("difference", true)
  return out
end)

-- %%
print(r)
local arms = { "none", "prompt", "input", "output", "ascent", "difference" }
local names = { "nothing", "prompt", "input filter", "output filter", "gradient ascent", "gradient difference" }
for _, question in ipairs{ { "forget", "Forgotten persons, asked by name" }, { "retain", "Other persons" },
  { "nick", "Forgotten persons, asked by nickname" } } do
  local bars = { names = names, title = question[2], y_label = "answers right" }
  for i, arm in ipairs(arms) do bars[i] = r[arm .. "_" .. question[1]] end
  lab.plot.bars(bars)
end

-- %% [markdown]
-- **Result** (seeds 1 to 8). By answers the filter does as well as gradient difference: neither tells anything of the
-- forgotten persons, and of the others the filter leaves 0.97, gradient difference 0.85. By nickname the filter tells
-- 0.94 and gradient difference 0.05. Both claims are supported, and their contrast is the point: measures that look at
-- answers cannot tell silence from forgetting. The third claim is refuted by its second half, as the pilots foretold:
-- the prompt takes 0.67 [0.53, 0.80] off the forgotten persons, but also 0.21 [0.09, 0.33] off the others. A model
-- this small has learned to obey an instruction, and reads the name in it less well. The control breaks its claim.
