-- %% [markdown]
-- # Training on the skills that are missing
-- Fine-tuning on more of the same data stops helping: most of it asks for what the model can do already. STAT looks at
-- what fails. Every example carries the skills that it needs (a strong model labels them). The student answers a probe
-- set; for each item that it gets wrong, the strong model tells which skill was missing, and how often each was is the
-- Missing-Skill-Profile p(s). Then either draw the existing examples anew with weights
--
--     w_i  =  sum of p(s) over the skills s of example i                    (STAT-Sel)
--
-- or make new examples whose skills are drawn from p (STAT-Syn), and train on.
--
-- **What is smaller here.** A skill is a function of four symbols: five move them (reverse, rotate, ...), five change
-- each (add 1, double, ... modulo 10). A problem names a mover, a changer, or both, and four symbols; the answer is
-- what they make of the symbols. The student is an encoder of 2 layers that writes all four symbols in place. It trains
-- on 16000 problems until more of the same brings little, and then on in each arm, from the same weights, with the same
-- steps and schedule. The generator knows the skills; a tenth of the labels is replaced by a wrong one, as a teacher's
-- would be.
--
-- **Built in.** A mover and two changers, others for each seed, are rare in training. That something is missing is thus
-- a property of the generator; the control, without rare skills, takes it away. What is tested is whether the profile
-- finds it from failures alone, and whether the same examples, only drawn differently, repair it. The test asks for all
-- skills equally; what is gained on problems as frequent as in training is reported, too (`usual`).
--
-- **Rival explanations as arms.** Training on (sft); a profile dealt to other skills (random); and inverse frequencies
-- of the labels as weights, which needs no student (frequency). Where what is missing is what is rare, as here, the
-- last one may do as well; that a profile also finds what is missing for another reason is not shown here.
--
-- **What would refute it.** No gain over training on; gains as large where nothing was missing; a profile that points
-- elsewhere; a dealt profile that helps as much.
-- %%
local P = lab.recipe {
  id = "stat-skill-targeted-training", title = "Training on the skills that are missing", year = 2025,
  paper = "Skill-Targeted Adaptive Training", theme = "curriculum",
  params = {
    problems = lab.int(16000, { min = 100, help = "of training" }), pretrain = 800,
    steps = lab.int(300, { min = 1, help = "of each arm" }), batch = 64, lr = 3e-3,
    rare = lab.num(0.03, { min = 0, max = 1, help = "how often a rare skill is asked for, relative to the others" }),
    wrong = lab.num(0.1, { min = 0, max = 1, help = "share of skill labels that is wrong" }),
    tested = 1500,
  },
  seeds = 8, smoke = { problems = 200, pretrain = 5, steps = 2, tested = 50 },
}

-- %% [markdown]
-- **Thresholds.** Estimates before any run: gains of 0.03 over SFT, 0.05 more on missing skills than on others, 0.02 on
-- new pairs, 0.02 over a dealt profile. The designs that were piloted first, on seeds 1000 to 1003, one or two seeds
-- each, say where the effect is to be found. Two skills of any kind after one another are too hard for so small a
-- student. With 4000 problems the few that need a rare skill are learned by heart, and no weighting helps (0.01). With
-- three rare skills of any kind the gains were 0.00, 0.05, 0.17 and 0.08: a second rare mover is not learned from a
-- hundred examples in 300 steps. In the design below, pilot seed 1000 gained 0.22 over SFT (0.67 to 0.89), 0.58 on
-- missing skills and nothing on others, 0.33 on new pairs, 0.18 over the dealt profile; the top three of the profile
-- were the rare ones; new problems gained another 0.11. One seed is little, so the thresholds are a quarter of that and
-- more than the estimates. Without rare skills SFT and STAT-Sel both had 1.00.
-- %%
lab.claim("drawing by missing skills beats training on",
  { measure = function(r) return r.select - r.sft end, above = 0.05 })
lab.claim("the gain sits in the missing skills, and holds for new pairs of skills", {
  {
    measure = function(r) return (r.rare_select - r.rare_sft) - (r.others_select - r.others_sft) end,
    above = 0.15,
  },
  { measure = function(r) return r.unseen_select - r.unseen_sft end, above = 0.08 },
})
lab.claim("the profile finds the rare skills, and it is what helps", {
  { measure = function(r) return r.found end, above = 0.6 },
  { measure = function(r) return r.select - r.random end, above = 0.05 },
})
lab.claim("new problems for the missing skills help more than old ones",
  { measure = function(r) return r.synthesize - r.select end, above = 0.03 })
lab.control("without rare skills nothing is missing", { set = { rare = 1 }, breaks = 1 })

-- %% [markdown]
-- ## Ten skills
-- Symbols are 0 to 9. One changer in five is kept from each mover in all training: these pairs are the test out of
-- distribution.
-- %%
local function move(order) return function(s) return { s[order[1]], s[order[2]], s[order[3]], s[order[4]] } end end
local function each(f) return function(s) return { f(s[1]) % 10, f(s[2]) % 10, f(s[3]) % 10, f(s[4]) % 10 } end end
local skills = {
  move{ 4, 3, 2, 1 }, move{ 2, 3, 4, 1 }, move{ 4, 1, 2, 3 }, move{ 2, 1, 4, 3 }, move{ 4, 2, 3, 1 },
  each(function(x) return x + 1 end), each(function(x) return x + 3 end), each(function(x) return 9 - x end),
  each(function(x) return 2 * x end), each(function(x) return 3 * x end),
}
local NONE = #skills + 1                                       -- in the place of a mover or of a changer
local function reserved(a, b) return a ~= NONE and b ~= NONE and (a + b) % 5 == 0 end

local function drawn(weights, first, last, rng)
  local total = 0
  for s = first, last do total = total + weights[s] end
  local left = rng:uniform() * total
  for s = first, last do
    left = left - weights[s]
    if left < 0 then return s end
  end
  return last
end

-- Columns: x, the tokens; y, the ids of the answer; skills {rows, 10}, 1 where a skill is needed. If `wanted` is
-- given, each problem needs one skill drawn from it.
local function problems(count, weights, rng, unseen, wanted)
  local x, y, needs = {}, {}, {}
  while #x < count do
    local which = unseen and 1 or rng:uniform()                -- a fifth has a mover only, a fifth a changer only
    local a = which > 0.2 and drawn(weights, 1, 5, rng) or NONE
    local b = (which < 0.2 or which > 0.4) and drawn(weights, 6, 10, rng) or NONE
    local s = wanted and drawn(wanted, 1, 10, rng)
    if s then a, b = s <= 5 and s or a, s > 5 and s or b end
    if reserved(a, b) == (unseen or false) then
      local s, need = {}, {}
      for k = 1, 4 do s[k] = rng:integer(0, 9) end
      for k = 1, #skills do need[k] = (k == a or k == b) and 1 or 0 end
      local answer = s
      if a ~= NONE then answer = skills[a](answer) end
      if b ~= NONE then answer = skills[b](answer) end
      local n = #x + 1
      x[n] = { a, b, NONE + 1 + s[1], NONE + 1 + s[2], NONE + 1 + s[3], NONE + 1 + s[4] }
      y[n] = { answer[1] + 1, answer[2] + 1, answer[3] + 1, answer[4] + 1 }
      needs[n] = need
    end
  end
  return lab.data.from{ x = lab.tensor(x, "int64"), y = lab.tensor(y, "int64"), skills = lab.tensor(needs) }
end

-- Some labels name another skill than the one that is needed.
local function labelled(set, rng)
  local rows = set.skills:totable()
  for _, row in ipairs(rows) do
    for s = 1, #skills do
      if row[s] == 1 and rng:uniform() < P.wrong then row[s], row[rng:integer(1, #skills)] = 0, 1 end
    end
  end
  return set:with("skills", lab.tensor(rows))
end

-- %% [markdown]
-- ## Student and profile
-- %%
local Student = lab.nn.class("Student")
function Student:init()
  self.tokens, self.places = lab.nn.Embedding(NONE + 10, 32), lab.nn.Embedding(4, 32)
  self.body = lab.nn.Transformer{ kind = "encoder", vocab = 1, width = 32, depth = 2, heads = 4, context = 4 }
  self.head = lab.nn.Linear(32, 10)
end
function Student:forward(x)
  local h = self.tokens(x)
  local asked = h:narrow(2, 1, 2):sum(2, { keepdim = true })    -- both skills stand at each of the four symbols
  return self.head(self.body(h:narrow(2, 3, 4) + self.places(lab.tensor({ { 1, 2, 3, 4 } }, "int64")) + asked))
end

local function train(net, set, steps, rng, weights)
  local order = set:order("shuffle")
  if weights then order = set:with("weight", weights):order{ weights = "weight", replacement = true } end
  local opt = lab.optim.AdamW(net, { lr = P.lr })
  local rate = lab.schedule.cosine{ lr = P.lr, steps = steps, warmup = steps // 20 }
  for step, batch in order:batches(P.batch, { steps = steps, rng = rng }) do
    opt.lr = rate(step)
    opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), { clip = 1 })
  end
  return net
end

local function answers(net, set) return lab.no_grad(function() return net(set.x):argmax(3) end) end
-- 1 where all four symbols are right.
local function right(net, set) return answers(net, set):eq(set.y):all(2):to("float32") end

-- The teacher looks at failed answers: where all symbols belong to the right answer, they are in the wrong places, and
-- the mover was missing; else the changer. How often each labelled skill was, as shares.
local is_mover = lab.tensor{ 1, 1, 1, 1, 1, 0, 0, 0, 0, 0 }
local function profile(net, probe)
  local said = answers(net, probe)
  local belong = said:unsqueeze(3):eq(probe.y:unsqueeze(2)):any(3):all(2):to("float32"):unsqueeze(2)
  local blamed = belong * is_mover + (1 - belong) * (1 - is_mover)
  local missed = ((1 - right(net, probe)):unsqueeze(2) * probe.skills * blamed):sum(1)
  return missed / missed:sum():maximum(1)
end

-- %%
local arms = { "sft", "select", "synthesize", "random", "frequency" }

local r = lab.trials(function(run)
  local weights, is_rare = {}, {}
  for s = 1, #skills do weights[s], is_rare[s] = 1, 0 end
  local source = run:rng("rare")
  local changers = source:permutation(5):totable()
  for _, s in ipairs{ source:integer(1, 5), 5 + changers[1], 5 + changers[2] } do
    weights[s], is_rare[s] = P.rare, 1
  end
  is_rare = lab.tensor(is_rare)
  local even = {}
  for s = 1, #skills do even[s] = 1 end
  local set = labelled(problems(P.problems, weights, run:rng("training")), run:rng("labels"))
  local probe = labelled(problems(2 * P.tested, weights, run:rng("probe")), run:rng("probe labels"))
  local usual, test = problems(P.tested, weights, run:rng("usual")), problems(P.tested, even, run:rng("test"))
  local unseen = problems(P.tested, even, run:rng("unseen"), true)

  local student = train(Student(), set, P.pretrain, run:rng("pretrain"))
  local missing = profile(student, probe)
  local out = {}
  local _, highest = missing:topk(3)
  out.found = is_rare:index_select(1, highest):mean()
  local dealt = missing:index_select(1, run:rng("deal"):permutation(#skills))
  local often = set.skills:mean(1)

  local needs_rare = test.skills:matmul(is_rare):gt(0):to("float32")
  local function measure(name, net)
    local each = right(net, test)
    out[name] = each:mean()
    out["usual_" .. name], out["unseen_" .. name] = right(net, usual):mean(), right(net, unseen):mean()
    out["rare_" .. name] = (each * needs_rare):sum() / needs_rare:sum()
    out["others_" .. name] = (each * (1 - needs_rare)):sum() / (1 - needs_rare):sum()
  end
  measure("before", student)
  local function weighted(by) return set.skills:matmul(by) + 1e-4 end   -- a row of wrong labels alone is still drawn
  local data = { synthesize = problems(P.problems, even, run:rng("new"), false, missing:totable()) }
  local draw = { select = weighted(missing), random = weighted(dealt), frequency = weighted(1 / often:maximum(0.001)) }
  for _, name in ipairs(arms) do
    measure(name, train(student:clone(), data[name] or set, P.steps, run:rng("order"), draw[name]))
  end
  out.profile = missing:sort(1, { descending = true }):totable()
  return out
end)
-- %%
print(r)
lab.plot.bars{ r.before, r.sft, r.random, r.frequency, r.select, r.synthesize,
  names = { "before", "SFT", "random weights", "by frequency", "STAT-Sel", "STAT-Syn" },
  title = "Right answers when all skills are asked equally" }
-- %%
local gains = { names = {}, title = "Gained over SFT by STAT-Sel" }
for i, kind in ipairs{ "rare", "others", "unseen", "usual" } do
  gains[i], gains.names[i] = r[kind .. "_select"] - r[kind .. "_sft"], kind
end
lab.plot.bars(gains)
-- %% [markdown]
-- **Result** (seeds 1 to 8). Drawing by missing skills gains 0.117 [0.047, 0.186] over training on (0.78 to 0.89): more
-- in every seed, but undecided against the threshold of 0.05. Undecided, too, is where the gain sits, 0.29 [0.12, 0.46]
-- more on missing skills than on others (wanted 0.15) and 0.123 [0.058, 0.189] on new pairs (wanted 0.08). Supported is
-- that the profile finds the rare skills, 0.88 [0.65, 1.10] of its top three, and that it is what helps, 0.123 [0.056,
-- 0.191] over a dealt profile. New problems gain another 0.049 [0.009, 0.088] (wanted 0.03): undecided.
--
-- No interval contains zero; thresholds are missed because seeds differ more than the single pilot seed could tell. SFT
-- alone reaches 0.60 in one seed and 0.91 in another, and targeted drawing gains where SFT leaves much: 0.21 in the
-- first of these seeds, 0.04 in the second. New problems repair the missing skills almost wholly (0.97 against 0.74),
-- but each of them asks for a skill of the profile, and some of the others are forgotten (0.93 against 1.00). Inverse
-- frequencies do as well as the profile (0.890 and 0.895), so a profile from failures, though it works, is not needed
-- where what is missing is what is rare.
