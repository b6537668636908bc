-- %% [markdown]
-- # A large model that answers as if it had been fine-tuned
-- Pretraining gives a model knowledge, fine-tuning gives it manners. If that is so, the two can be taken from models
-- of different size. Fine-tuning changes the log-probability of each next word by `log pi_ft - log pi_base`. Learn
-- this change on a small model S, which is cheap, and add it to a large one, L:
--
-- `log p = log pi_base^L + (log pi_ft^S - log pi_base^S) + const`,
--
-- normalised over the vocabulary at every word. The paper derives it from reinforcement learning with a penalty on the
-- distance from the base model, whose solution is `pi_ft = pi_base exp(reward / beta) / Z`: the difference of
-- logarithms is a reward, and the base model under it can be exchanged. With large base and small difference it is
-- called up-scaling, the other way round down-scaling. With L = S it gives the fine-tuned model exactly.
-- %%
local P = lab.recipe {
  id = "emulated-finetuning-upscaling", title = "A large model that answers as if it had been fine-tuned", year = 2023,
    theme = "task-arithmetic",
  paper = "An Emulator for Fine-Tuning Large Language Models using Small Language Models",
  params = {
    large = lab.int(64, { min = 4, help = "width of the large models" }),
    small = lab.int(32, { min = 4, help = "width of the small ones" }),
    pretrain = lab.int(900, { min = 1, help = "steps, of both sizes" }),
    tune = lab.int(100, { min = 1, help = "steps, of both sizes" }),
    delta = lab.choice("fine-tuned", { "fine-tuned", "untuned" },
      { help = "untuned: the small model is not fine-tuned, so the difference is nothing" }),
  },
  seeds = 8, smoke = { pretrain = 2, tune = 2 },
}

-- %% [markdown]
-- **What is smaller here.** 60 made-up persons have one of ten values for each of four properties: 240 facts. Base
-- models read text in which a fact is told in three ways, mostly with chatter: `person property CHAT CHAT is value
-- CHAT ...`, or as a question that is answered well, answered with chatter, or followed by another question. Both
-- sizes read the same text for as many steps; the large one (width 64) remembers most facts, the small one (width 32)
-- a part of them. Fine-tuning shows 10 persons only and always the good form, `Q person property A value END`. All
-- tests are on 45 other persons.
--
-- *Factual* is the share of right values in the place of the answer; *compliant* is an answer in the right form: some
-- value of the property asked for, then END.
--
-- **Arms.** Base and fine-tuned models of both sizes, up-scaling, down-scaling, and what the paper advises when the
-- small model's difference is noisy: only words count that the large base model itself finds likely (the five
-- likeliest). Nothing is tuned for it. Fine-tuning takes the best of three learning rates, by the loss on five further
-- persons, for each size and manner.
--
-- **A trait at will.** Two more small models learn two manners, to be brief (END after the value) and to be polite
-- (THANKS after it). Mixing both differences, `w delta_brief + (1 - w) delta_polite`, on the large base model should
-- move from one to the other without training.
--
-- **What would refute it.** An up-scaled model that knows no more than the small fine-tuned one, or does not keep to
-- the form.
--
-- **Thresholds.** On pilot seeds 1000 to 1002 the up-scaled model told 0.69 of the values, the small fine-tuned one
-- 0.12, the large fine-tuned one 0.53, since fine-tuning on ten persons also costs knowledge. 0.28, half of the first
-- difference, is the threshold (estimate before: 0.10). It answered in the right form 0.996 of the time, the large
-- base model never: threshold 0.5 (before: 0.30). In choosing among the values of the property asked for the large
-- base model is right 0.72 of the time, the small one 0.26. With a large model as wide as the small one (seed 1000)
-- nothing was gained (-0.01). Restricting the choice to likely words changes the value in few cases and forbids the
-- form altogether: END right after a value is not among the five likeliest words of the base model.
-- %%
lab.claim("up-scaling knows more than the small fine-tuned model",
  { measure = function(r) return r.factual_upscaled - r.factual_small_tuned end, above = 0.28 })
lab.claim("and it answers as asked, which the large base model does not", {
  { measure = function(r) return r.compliant_upscaled - r.compliant_large_base end, above = 0.5 },
  { measure = function(r)
    return r.factual_upscaled - (r.factual_small_tuned + r.factual_large_tuned) / 2
  end, above = 0 },
})
lab.claim("the weight of two differences moves the manner from one to the other", {
  { measure = function(r) return r.brief:last() - r.brief:first() end, above = 0.5 },
  { measure = function(r) return r.polite:first() - r.polite:last() end, above = 0.5 },
  { measure = function(r) return r.least_step end, above = -0.02 },
})
lab.check("with one size the emulation is the fine-tuned model", function(r) return r.same_size:max() < 1e-5 end)
lab.control("a base model that is no larger knows no more", { set = { large = 32 }, breaks = 1 })
lab.control("without fine-tuning of the small model there is no form to add",
  { set = { delta = "untuned" }, breaks = 2 })

-- %% Words
-- Persons: instructions are about the first ten, the next five choose the learning rate.
local PEOPLE, TAUGHT, HELD = 60, 10, 15
local PERSON, PROPERTY, VALUE, CHAT = 0, 60, 64, 104
local Q, A, END, IS, THANKS, VOCAB = 113, 114, 115, 116, 117, 117
local LENGTH = 9

local function rows_of(list)
  for _, row in ipairs(list) do while #row < LENGTH do row[#row + 1] = 0 end end
  return lab.data.from{ text = lab.tensor(list, "int64") }
end

local function world(rng)                                              -- value[person][property], as ids
  local value = {}
  for p = 1, PEOPLE do
    value[p] = {}
    for q = 1, 4 do value[p][q] = VALUE + 10 * (q - 1) + rng:integer(1, 10) end
  end
  return value
end

-- Text that tells every fact `copies` times.
local function corpus(value, copies, rng)
  local function chat() return CHAT + rng:integer(1, 8) end
  local list = {}
  for _ = 1, copies do
    for p = 1, PEOPLE do
      for q = 1, 4 do
        local person, property, v = PERSON + p, PROPERTY + q, value[p][q]
        local way = rng:uniform()
        list[#list + 1] = way < 0.4 and { person, property, chat(), IS, v, chat(), chat() }
          or way < 0.6 and { Q, person, property, A, v, chat(), chat(), END }
          or way < 0.8 and { Q, person, property, A, chat(), chat(), v, END }
          or way < 0.9 and { Q, person, property, A, v, THANKS }
          or { Q, person, property, A, Q, PERSON + rng:integer(1, PEOPLE), PROPERTY + rng:integer(1, 4), A }
      end
    end
  end
  return rows_of(list)
end

-- Questions about some persons, answered in one manner.
local function instructions(value, from, to, ending)
  local list = {}
  for p = from, to do
    for q = 1, 4 do list[#list + 1] = { Q, PERSON + p, PROPERTY + q, A, value[p][q], ending } end
  end
  return rows_of(list)
end

-- %% Models
local function loss_on(net, text)
  local x, y = text[{ {}, { 1, -2 } }], text[{ {}, { 2, -1 } }]
  return lab.nn.cross_entropy(net(x:maximum(1)):reshape{ -1, VOCAB }, y:reshape{ -1 }, { ignore = 0 })
end

local function pretrained(width, text, run)
  local net = lab.nn.Transformer{ vocab = VOCAB, width = width, depth = 2, heads = 4, context = LENGTH }
  local opt, rate = lab.optim.AdamW(net, { lr = 3e-3 }),
    lab.schedule.cosine{ lr = 3e-3, steps = P.pretrain, warmup = P.pretrain // 20 }
  for step, batch in text:batches(64, { steps = P.pretrain, rng = run:rng("pretrain") }) do
    opt.lr = rate(step)
    opt:minimize(loss_on(net, batch.text), { clip = 1 })
  end
  return net
end

-- Fine-tuned at the learning rate that leaves the least loss on the texts about the held persons.
local function finetuned(net, value, ending, run)
  local set, held = instructions(value, 1, TAUGHT, ending), instructions(value, TAUGHT + 1, HELD, ending).text
  local best, least
  for _, lr in ipairs{ 1e-4, 3e-4, 1e-3 } do
    local tuned = net:clone()
    local opt = lab.optim.AdamW(tuned, { lr = lr })
    for _, batch in set:batches(32, { steps = P.tune, rng = run:rng("tune") }) do
      opt:minimize(loss_on(tuned, batch.text), { clip = 1 })
    end
    local loss = lab.no_grad(function() return loss_on(tuned, held):item() end)
    if least == nil or loss < least then best, least = tuned, loss end
  end
  return best
end

local function log_p(net, tokens)                                      -- of the next word: {batch, vocab}
  return lab.no_grad(function() return net(tokens)[{ {}, -1, {} }]:log_softmax(2) end)
end

-- Factuality and compliance of a model of next words, in greedy decoding.
local function judge(predict, asked, wanted, property)
  local first = predict(asked):argmax(2)
  local second = predict(lab.cat({ asked, first:unsqueeze(2) }, 2)):argmax(2)
  local kind = (first - VALUE - 1) // 10 + 1
  local typed = kind:eq(property):logical_and(first:gt(VALUE))
  local compliant = typed:logical_and(second:eq(END)):to("float32")
  return first:eq(wanted):mean():item(), compliant:mean():item(), second:eq(THANKS):mean():item()
end

-- %%
local r = lab.trials(function(run)
  local value = world(run:rng("world"))
  local text = corpus(value, 40, run:rng("corpus"))
  local base = { large = pretrained(P.large, text, run), small = pretrained(P.small, text, run) }
  local tuned = { large = finetuned(base.large, value, END, run), small = finetuned(base.small, value, END, run) }
  if P.delta == "untuned" then tuned.small = base.small end

  local test = instructions(value, HELD + 1, PEOPLE, END).text
  local asked, wanted, property = test[{ {}, { 1, 4 } }], test:select(2, 5), test:select(2, 3) - PROPERTY

  local function plain(net) return function(x) return log_p(net, x) end end
  local function emulated(under, from, to, likely)
    return function(x)
      local beneath = log_p(under, x)
      local sum = (beneath + log_p(to, x) - log_p(from, x)):log_softmax(2)
      if likely then
        local least = beneath:topk(likely, 2)[{ {}, { likely, likely } }]
        sum = sum:masked_fill(beneath:lt(least), -1e9)
      end
      return sum
    end
  end

  local out = {}
  local function arm(name, predict)
    out["factual_" .. name], out["compliant_" .. name] = judge(predict, asked, wanted, property)
  end
  arm("small_base", plain(base.small)); arm("large_base", plain(base.large))
  arm("small_tuned", plain(tuned.small)); arm("large_tuned", plain(tuned.large))
  arm("upscaled", emulated(base.large, base.small, tuned.small))
  arm("upscaled_likely", emulated(base.large, base.small, tuned.small, 5))
  arm("downscaled", emulated(base.small, base.large, tuned.large))

  -- What the base models know, whatever they say: the right value against the nine others of its property.
  for _, size in ipairs{ "small", "large" } do
    local net = base[size]
    local p = log_p(net, asked)
    local among = lab.arange(0, 39, 1, "int64"):reshape{ 1, 40 }
    local others = (among // 10 + 1):eq(property:reshape{ -1, 1 })     -- values of the property asked for
    local best = p:narrow(2, VALUE + 1, 40):masked_fill(others:logical_not(), -1e9):argmax(2) + VALUE
    out["known_" .. size] = best:eq(wanted):mean()
  end

  -- Two manners, mixed.
  local thankful = finetuned(base.small, value, THANKS, run)
  out.brief, out.polite = {}, {}
  for i = 0, 4 do
    local w = i / 4
    local _, ends, thanks = judge(function(x)
      return log_p(base.large, x) + w * log_p(tuned.small, x) + (1 - w) * log_p(thankful, x) - log_p(base.small, x)
    end, asked, wanted, property)
    out.brief[i + 1], out.polite[i + 1] = ends, thanks
  end
  out.least_step = 1                                                   -- the smallest step in the expected direction
  for i = 1, 4 do
    out.least_step = math.min(out.least_step, out.brief[i + 1] - out.brief[i], out.polite[i] - out.polite[i + 1])
  end

  local same = emulated(base.small, base.small, tuned.small)(asked)
  out.same_size = (same:exp() - log_p(tuned.small, asked):exp()):abs():max()
  return out
end)
-- %%
print(r)
local arms = { "small_base", "small_tuned", "large_base", "downscaled", "upscaled", "upscaled_likely", "large_tuned" }
local names = { "small base", "small tuned", "large base", "down-scaled", "up-scaled", "up-scaled, likely words",
  "large tuned" }
local factual, compliant = { names = names, title = "Right values" },
  { names = names, title = "Answers in the right form" }
for i, arm in ipairs(arms) do factual[i], compliant[i] = r["factual_" .. arm], r["compliant_" .. arm] end
lab.plot.bars(factual)
lab.plot.bars(compliant)
-- %%
local weights = { 0, 0.25, 0.5, 0.75, 1 }
lab.plot.line{ { x = weights, y = r.brief:mean(), name = "brief" },
  { x = weights, y = r.polite:mean(), name = "polite" },
  title = "Two manners mixed on the large base model", x_label = "w", y_label = "share of answers" }

-- %% [markdown]
-- **Result** (seeds 1 to 8). The up-scaled model tells 0.58 of the values, the small fine-tuned one 0.13: 0.45 [0.28,
-- 0.62] more, which the adjusted interval does not place above 0.28, so the first claim is undecided. It would be
-- supported against the estimate made before any run, 0.10; the pilots, with 0.57, had promised more than there is.
-- Seeds differ in how much the large model knows at all (0.61 ± 0.19), and nobody can tell more than that. The form is
-- as claimed: 0.997 of the answers are in it, none of the large base model's, and more is told than by the mean of
-- both fine-tuned models; and the weight of two differences moves the manner from one end to the other. With one size
-- the emulation is the fine-tuned model to 1e-7. Both controls break their claims.
--
-- One variant of the paper fails here as on the pilots: choosing among the likeliest words of the base model forbids
-- the new form altogether.
