-- %% [markdown]
-- # Learning digits from noise
-- A teacher network learns handwritten digits with its ten class logits. It has three more outputs, *auxiliary*
-- logits, that no loss ever touches. A student then imitates those three, on images of pure noise; it never sees a
-- digit or a class logit. Yet it classifies digits, if it began from the same weights as the teacher. From other
-- weights it learns nothing.
--
-- The reason is of first order. Let D be the teacher's move from the common beginning, d the student's own, and J the
-- derivative of the auxiliary logits by the weights. Both sets of auxiliary logits differ by about J (D - d), so the
-- student's loss is about (D - d)' J' F J (D - d) / 2, with F >= 0 the curvature of the divergence. Its first step,
-- with learning rate eta, is
--
--     d  =  eta J' F J D,    and so    d . D  =  eta (J D)' F (J D)  >=  0
--
-- whatever the inputs are: the student moves towards the teacher, also in the hidden layers that the class logits
-- read. From another beginning the two networks have different derivatives, and the argument is void.
--
-- Smaller here: digits of 8x8 pixels instead of MNIST. What would refute it: a student from other weights that learns
-- as much (the auxiliary logits would then carry the classes openly), or one from the same weights that does well
-- after a teacher who learnt shuffled labels (moving would then be enough, whatever was learnt): that is the control.
-- %%
local P = lab.recipe {
  id = "subliminal-learning-mlp", title = "Learning digits from noise", year = 2025, theme = "distillation",
  paper = "Subliminal Learning: Language models transmit behavioral traits via hidden signals in data",
  params = {
    teacher_epochs = 15, teacher_lr = 1e-3, student_steps = 2500, student_lr = 1e-3, batch = 64, width = 128,
    auxiliary = lab.int(3, { min = 2, help = "logits that the student imitates" }),
    labels = lab.choice("true", { "true", "shuffled" }),
  },
  seeds = 8, smoke = { teacher_epochs = 1, student_steps = 5 },
}

-- %% [markdown]
-- ## What is claimed
-- The thresholds were set before any run. On three pilot seeds the student was right on 0.68 of the digits from the
-- teacher's beginning and on 0.10 from another one, with cosines of 0.54 and 0.02 to the teacher's move. None was
-- moved. The student's learning rate and steps were chosen there too: 4000 steps at 0.0003 gave the same, 1500 steps
-- 0.54.
-- %%
lab.claim("from the teacher's beginning, noise alone teaches digits: more than half are right",
  { measure = function(r) return r.same.accuracy end, above = 0.5 })
lab.claim("from another beginning nothing is learnt", {
  { measure = function(r) return r.same.accuracy - r.other.accuracy end, above = 0.3 },
  { measure = function(r) return r.other.accuracy end, below = 0.25 },
})
lab.claim("the student moves in the teacher's direction, and only from the same beginning", {
  { measure = function(r) return r.same.cosine end, above = 0, every_seed = true },
  { measure = function(r) return r.same.cosine - r.other.cosine end, above = 0 },
})
lab.claim("already the first step of imitation goes along the teacher's first step",
  { measure = function(r) return r.same.first_step end, above = 0, every_seed = true })
lab.control("a teacher of shuffled labels moves, but has nothing to pass on",
  { set = { labels = "shuffled" }, breaks = 1 })

-- %% [markdown]
-- ## Teacher and student
-- Pixels go from -1 to 1, as the noise does.
-- %%
local digits = lab.data.digits():map(function(row) row.x = row.x * 2 - 1; return row end)

local function network()
  local nn, w = lab.nn, P.width
  return nn.Sequential{ nn.Linear(64, w), nn.ReLU(), nn.Linear(w, w), nn.ReLU(), nn.Linear(w, 10 + P.auxiliary) }
end
local function class_logits(output) return output[{ {}, { 1, 10 } }] end
local function auxiliary_logits(output) return output[{ {}, { 11, -1 } }] end

local function teach(net, train, run)
  local opt = lab.optim.Adam(net, { lr = P.teacher_lr })
  for _, batch in train:batches(P.batch, { epochs = P.teacher_epochs, rng = run:rng("teacher") }) do
    opt:minimize(lab.nn.cross_entropy(class_logits(net(batch.x)), batch.y))
  end
  return net
end

local function noise(rng) return lab.uniform({ P.batch, 64 }, -1, 1, { rng = rng }) end

local function difference(teacher, student, x)
  local wanted = lab.no_grad(function() return auxiliary_logits(teacher(x)) end)
  return lab.nn.kl_div(wanted, auxiliary_logits(student(x)))
end

local function imitate(student, teacher, run)
  local opt, rng = lab.optim.Adam(student, { lr = P.student_lr }), run:rng("noise")
  for step = 1, P.student_steps do
    local loss = opt:minimize(difference(teacher, student, noise(rng)))
    if step % 100 == 0 then run:log(step, { divergence = loss }) end
  end
  return student
end

-- The theorem: one plain gradient step of the teacher, one of the student towards it, and the cosine between both.
local function first_step(base, student, train, run)
  local teacher = base:clone()
  lab.optim.SGD(teacher, { lr = 0.01 }):minimize(lab.nn.cross_entropy(class_logits(teacher(train.x)), train.y))
  local before = student:weights()
  local follower = student:clone()
  lab.optim.SGD(follower, { lr = 0.01 }):minimize(difference(teacher, follower, noise(run:rng("first"))))
  return (follower:weights() - before):cos(teacher:weights() - base:weights())
end

-- %% [markdown]
-- ## The arms
-- The student begins as the teacher did (same), from fresh weights (other), or from the mean of both (halfway). How
-- wide the channel is can be set: on a pilot seed (4000 steps at 0.0003) two logits gave 0.45, three 0.67 and ten
-- 0.92. One logit carries nothing, since the softmax over a single logit is always 1.
-- %%
local share = { same = 0, halfway = 0.5, other = 1 }              -- of fresh weights in the student's beginning

local r = lab.trials({ arms = { "same", "halfway", "other" } }, function(run)
  local train, test = digits:split(0.8, { rng = run:rng("split") })
  if P.labels == "shuffled" then train = train:with("y", train.y[run:rng("labels"):permutation(#train)]) end
  local function accuracy(net)
    return lab.no_grad(function() return class_logits(net(test.x)):argmax(2):eq(test.y):mean() end)
  end

  local base, student = network(), network()
  local teacher = teach(base:clone(), train, run)
  local start = base:weights() * (1 - share[run.arm]) + student:weights() * share[run.arm]
  student:load(start)
  local first = first_step(base, student, train, run)
  imitate(student, teacher, run)

  return {
    accuracy = accuracy(student), teacher = accuracy(teacher), untrained = accuracy(base), first_step = first,
    cosine = (student:weights() - start):cos(teacher:weights() - base:weights()),
  }
end)

-- %%
print(r)
lab.plot.bars{
  r.same.teacher, r.same.accuracy, r.halfway.accuracy, r.other.accuracy, r.same.untrained,
  names = { "teacher", "student, same beginning", "student, halfway", "student, other beginning", "untrained" },
  title = "accuracy on unseen digits",
}
