-- %% [markdown]
-- # Taking a skill away without training
-- A model can do several things; one of them is to go. The paper looks at what happens inside of the feed-forward
-- layers while the model does it, and uses that at inference, with all weights as they were. For each hidden unit let
-- `mu_f, sigma_f` be mean and deviation of its input while the skill is used, and `mu_r, sigma_r` those for all other
-- skills.
--
-- *Neuron Adjust* takes the k % of units whose two distributions differ most. Whenever the value z of such a unit is
-- likelier under the first than under the second, it is moved, with a chance that grows with the ratio, to where it
-- would be without the skill: `z' = mu_r + (z - mu_f) sigma_r / sigma_f`.
--
-- *Key Space Detection* watches the activations of one layer, the keys, at the end of a prompt. Keys of one skill lie
-- together, so a box `mu_f +- a sigma_f` around them tells whether a prompt asks for it; inside of the box the model
-- abstains.
-- %%
local P = lab.recipe {
  id = "skill-unlearning-neuron-adjust-ksd", title = "Taking a skill away without training", year = 2025,
  theme = "unlearning",
  paper = "Effective Skill Unlearning through Intervention and Abstention",
  params = {
    width = 48, pretrain = lab.int(1600, { min = 1, help = "steps" }),
    probes = lab.int(400, { min = 10, help = "prompts of each skill that are looked at" }),
    blind = lab.num(0.2, { min = 0, max = 1, help = "share of the hidden units that are adjusted at random" }),
    labels = lab.choice("true", { "true", "shuffled" }, { help = "shuffled: nobody knows which prompt asks for what" }),
  },
  seeds = 8, smoke = { pretrain = 2, probes = 20 },
}

-- %% [markdown]
-- **What is smaller here.** A decoder of two layers and 60 thousand weights with four skills on strings of three
-- letters out of eight: to turn them round, to sort them up, to sort them down, and to replace each by the next
-- letter. Two of them are close neighbours. No word names the skill: two letters in front do, by whether each has an
-- odd or an even place in the alphabet, so that each letter stands in front of two skills, and inside of all.
--
-- Each skill in turn is the one to go. Distributions and boxes are made from 400 prompts of each skill. A box in all
-- 192 dimensions is nearly empty, so it gets only the units that differ most; how many, how wide (a) and in which
-- layer is chosen on other prompts. Neuron Adjust and pruning get the same units in both layers, 5 % to all of them;
-- pruning sets their input to 0, where the activation is 0 as well.
--
-- **Rival explanations.** That any interference with a fifth of the units does it: as many random units (20 %),
-- adjusted. That a box catches whatever it was made from: the control makes it from prompts with shuffled labels.
--
-- **What would refute it.** Boxes that catch the neighbours' prompts as well; adjusted units that hurt all skills
-- alike, as pruned ones do.
--
-- **Thresholds.** On pilot seeds 1000 to 1002 the model had 0.99 of the answers right. Boxes took 0.93 of the skill
-- (0.91 to 0.95) and 0.05 of the others (0.03 to 0.10), and caught 0.93 and 0.05 of the prompts; the thresholds of the
-- estimates stand. (After 900 steps of training, with 0.68 right, the boxes caught 0.37 of the other prompts: skills
-- come apart as they are learned.) Adjusting 20 % of the units took 0.25 of the skill and 0.07 of the others, pruning
-- them 0.47 and 0.41; the difference of the differences, 0.125 (0.05 to 0.25), gives the threshold 0.06. Random units,
-- adjusted: 0.04 and 0.02. With 5 % the two hardly differ, so the claim is about 20 %; adjusting more, even all, takes
-- no more than 0.3 of the skill. Under the control (seed 1000) the box takes 0.86 of the skill and 0.62 of the others.
-- %%
lab.claim("the box removes the skill and keeps the others", {
  { measure = function(r) return r.ksd_forget end, above = 0.8 },
  { measure = function(r) return r.ksd_others end, below = 0.1 },
})
lab.claim("Neuron Adjust is more selective than pruning of the same units",
  { measure = function(r) return r.adjust_20_gap - r.prune_20_gap end, above = 0.06 })
lab.claim("skills cluster in key space", {
  { measure = function(r) return r.box_forget end, above = 0.85 },
  { measure = function(r) return r.box_others end, below = 0.1 },
})
lab.check("the weights are as before", function(r) return r.changed:max() == 0 end)
lab.control("a box from shuffled labels catches all skills alike", { set = { labels = "shuffled" }, breaks = { 1, 3 } })

-- %% Skills
local LETTERS, COLON, VOCAB = 8, 9, 9
local SKILLS = {
  function(s) return { s[3], s[2], s[1] } end,
  function(s) table.sort(s) return s end,
  function(s) table.sort(s, function(a, b) return a > b end) return s end,
  function(s) return { s[1] % LETTERS + 1, s[2] % LETTERS + 1, s[3] % LETTERS + 1 } end,
}

local function prompts(skill, count, rng)  -- text: two letters, three letters, colon, answer
  local rows = {}
  for i = 1, count do
    local function letter() return rng:integer(1, LETTERS) end
    local s = { letter(), letter(), letter() }
    local first, second = 2 * rng:integer(1, 4) - (skill - 1) // 2, 2 * rng:integer(1, 4) - (skill - 1) % 2
    local row = { first, second, s[1], s[2], s[3], COLON }
    for k, v in ipairs(SKILLS[skill](s)) do row[6 + k] = v end
    rows[i] = row
  end
  return lab.data.from({ text = lab.tensor(rows, "int64"), skill = lab.full({ count }, skill, "int64") })
end
local function all_of(list) return list[1]:concat(table.unpack(list, 2)) end

local function answer_logits(net, text) return net(text[{ {}, { 1, 8 } }])[{ {}, { 6, 8 } }] end
local function right(net, text)  -- for each row: would greedy decoding write the answer?
  return lab.no_grad(function() return answer_logits(net, text):argmax(3):eq(text[{ {}, { 7, 9 } }]):all(2) end)
end
local function share(mask) return mask:to("float32"):mean():item() end

local function pretrained(run)
  local net = lab.nn.Transformer{ vocab = VOCAB, width = P.width, depth = 2, heads = 4, context = 8 }
  local sets = {}
  for skill = 1, 4 do sets[skill] = prompts(skill, 3000, run:rng("train " .. skill)) end
  local opt, rate = lab.optim.AdamW(net, { lr = 4e-3 }),
    lab.schedule.cosine{ lr = 4e-3, steps = P.pretrain, warmup = P.pretrain // 20 }
  for step, batch in all_of(sets):batches(64, { steps = P.pretrain, rng = run:rng("pretrain") }) do
    opt.lr = rate(step)
    local logits = answer_logits(net, batch.text)
    local wanted = batch.text[{ {}, { 7, 9 } }]:reshape{ -1 }
    local loss = opt:minimize(lab.nn.cross_entropy(logits:reshape{ -1, VOCAB }, wanted), { clip = 1 })
    if step % 50 == 0 then run:log(step, { loss = loss }) end
  end
  return net
end

-- %% Looking inside. Inputs of the hidden units, by layer: {rows, 8 positions, units}
local LAYERS = { "blocks.1.mlp.up", "blocks.2.mlp.up" }
local function inside(net, text)
  return lab.no_grad(function()
    local _, found = net:trace(text[{ {}, { 1, 8 } }], LAYERS)
    return { found[LAYERS[1]], found[LAYERS[2]] }
  end)
end

-- Means and deviations of both groups for the columns of x, and how far apart they are.
local function statistics(x, is_forget)
  local f, g = x[{ is_forget:nonzero():reshape{ -1 }, {} }], x[{ is_forget:logical_not():nonzero():reshape{ -1 }, {} }]
  local s = { mu_f = f:mean(1), sigma_f = f:std(1) + 1e-3, mu_r = g:mean(1), sigma_r = g:std(1) + 1e-3 }
  s.distance = (s.mu_f - s.mu_r):abs() / (s.sigma_f ^ 2 + s.sigma_r ^ 2):sqrt()
  return s
end
local function largest(v, k)                                           -- ones at the k largest entries
  local _, ids = v:topk(k)
  return lab.zeros{ v:numel() }:scatter(1, ids, 1)
end

-- Neuron Adjust: the answers' positions are those that the statistics come from.
local function adjusted(h, s, chosen, rng)
  local function log_density(mu, sigma) return -sigma:log() - ((h - mu) / sigma) ^ 2 / 2 end
  local p = (log_density(s.mu_f, s.sigma_f) - log_density(s.mu_r, s.sigma_r)):sigmoid()
  local moves = p:gt(0.5):logical_and(lab.rand(h.shape, { rng = rng }):lt(p)):logical_and(chosen:gt(0):expand(h.shape))
  return lab.where(moves, s.mu_r + (h - s.mu_f) * s.sigma_r / s.sigma_f, h)
end

-- %%
local r = lab.trials(function(run)
  local net = pretrained(run)
  local before = net:weights()
  local function sample(name)
    local list = {}
    for skill = 1, 4 do list[skill] = prompts(skill, P.probes, run:rng(name .. skill)) end
    return all_of(list)
  end
  local probe, held, test = sample("probe "), sample("held "), sample("test ")
  local inner, inner_held, inner_test = inside(net, probe.text), inside(net, held.text), inside(net, test.text)
  local base = right(net, test.text)

  local out = { base = share(base) }
  local function add(name, value) out[name] = (out[name] or 0) + value / 4 end
  local function groups(mask, skill) return mask[test.skill:eq(skill)], mask[test.skill:ne(skill)] end
  -- How much of the accuracy goes: of the skill, and of the three others together.
  local function judge(name, correct, skill)
    local f, o = groups(correct, skill)
    local base_f, base_o = groups(base, skill)
    local forget, others = 1 - share(f) / share(base_f), 1 - share(o) / share(base_o)
    add(name .. "_forget", forget); add(name .. "_others", others); add(name .. "_gap", forget - others)
  end

  for skill = 1, 4 do
    local label = probe.skill:eq(skill)
    if P.labels == "shuffled" then label = label[run:rng("shuffle " .. skill):permutation(#probe)] end

    -- Key Space Detection
    local best, box = -1, nil
    for layer = 1, 2 do
      local function keys(x) return x[layer][{ {}, 6, {} }]:gelu() end
      local s = statistics(keys(inner), label)
      for _, units in ipairs{ 4, 8, 16, 32, 64, 128 } do
        local _, ids = s.distance:topk(units)
        for _, a in ipairs{ 1.5, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 5 } do
          local function in_box(x)
            local z = (keys(x) - s.mu_f) / s.sigma_f
            return z:index_select(2, ids):abs():le(a):all(2)
          end
          local caught = in_box(inner_held)
          local score = share(caught[held.skill:eq(skill)]) - share(caught[held.skill:ne(skill)])
          if score > best then best, box = score, in_box end
        end
      end
    end
    local caught = box(inner_test)
    local inside_f, inside_o = groups(caught, skill)
    add("box_forget", share(inside_f)); add("box_others", share(inside_o))
    judge("ksd", base:logical_and(caught:logical_not()), skill)

    -- Neuron Adjust and pruning, on the same units
    local stats, distance = {}, {}
    for layer = 1, 2 do
      local x = inner[layer][{ {}, { 6, 8 }, {} }]
      stats[layer] = statistics(x:reshape{ -1, x:size(3) }, label:repeat_interleave(3, 1))
      distance[layer] = stats[layer].distance
    end
    local units = distance[1]:numel()
    local function with_units(chosen, change)
      local mask = { [LAYERS[1]] = chosen:narrow(1, 1, units), [LAYERS[2]] = chosen:narrow(1, units + 1, units) }
      local s = { [LAYERS[1]] = stats[1], [LAYERS[2]] = stats[2] }
      local result
      net:with_hook("blocks.*.mlp.up", function(h, path) return change(h, s[path], mask[path]) end,
        function() result = right(net, test.text) end)
      return result
    end
    local function adjust(h, s, mask)                                  -- where the statistics come from
      return lab.cat({ h:narrow(2, 1, 5), adjusted(h:narrow(2, 6, 3), s, mask, run:rng("adjust " .. skill)) }, 2)
    end
    local function prune(h, _, mask) return h * (1 - mask) end
    local both = lab.cat(distance, 1)
    for _, percent in ipairs{ 5, 20, 50, 100 } do
      local count = math.max(1, math.floor(2 * units * percent / 100))
      judge("adjust_" .. percent, with_units(largest(both, count), adjust), skill)
      judge("prune_" .. percent, with_units(largest(both, count), prune), skill)
    end
    local blind = lab.rand({ 2 * units }, { rng = run:rng("blind " .. skill) })
    judge("blind", with_units(largest(blind, math.max(1, math.floor(2 * units * P.blind))), adjust), skill)
  end
  out.changed = (net:weights() - before):norm()
  return out
end)

-- %%
print(r)
lab.plot.bars{ r.ksd_forget, r.ksd_others, r.adjust_20_forget, r.adjust_20_others, r.prune_20_forget, r.prune_20_others,
  names = { "box: the skill", "box: the others", "adjusted: the skill", "adjusted: the others", "pruned: the skill",
    "pruned: the others" }, title = "Share of the accuracy that is lost, with 20 % of the units adjusted or pruned" }
-- %%
local SHARES = { 5, 20, 50, 100 }
local lines = { title = "Loss of the skill minus loss of the others", x_label = "percent of the units",
  y_label = "difference" }
for i, method in ipairs{ "adjust", "prune" } do
  local y = {}
  for k, percent in ipairs(SHARES) do y[k] = r[method .. "_" .. percent .. "_gap"]:mean() end
  lines[i] = { x = SHARES, y = y, name = ({ "adjusted", "pruned" })[i] }
end
lab.plot.line(lines)

-- %% [markdown]
-- **Result** (seeds 1 to 8). The box takes 0.93 [0.90, 0.96] of the skill, as claimed, and 0.11 [0.04, 0.18] of the
-- others, where 0.1 is allowed: claims 1 and 3 are undecided by their second halves. The loss of the others differs
-- much from seed to seed. Most likely training decides how near the keys of two skills come to lie, as the pilots with
-- fewer steps of training showed, and where they are near the box catches both. Neuron Adjust takes 0.16 of the skill
-- and 0.03 of the others, pruning of the same units 0.37 of both; the difference, 0.12 [0.03, 0.21], is the pilots'
-- and has the right sign in the interval, but eight seeds do not place it above 0.06. Moving units one by one takes
-- little of the skill however many are moved, 0.21 with all of them: probably it lies less in single units than in
-- directions. The control breaks its claims.
