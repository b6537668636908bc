-- %% [markdown]
-- # Learning digits from noise
-- A teacher network learns handwritten digits with its ten class logits. It has a few more outputs, *auxiliary* logits, that no
-- loss ever touches. A student then imitates those auxiliary logits, on images of pure noise. It never sees a digit, nor a class
-- logit. Yet it classifies digits, if it began from the same weights as the teacher. From other weights it learns nothing.
--
-- The reason is first order in the weights. Let theta0 be the common beginning, D the teacher's move and J the derivative of the
-- auxiliary outputs. The teacher's auxiliary logits differ from the student's by about J D, so the student's loss is about
-- (J(D - d))^T F (J(D - d)) / 2 in its own move d, with F >= 0 the curvature of the divergence, and its first step is
--
--     d  =  eta J^T F J D,   hence   d . D  =  eta (J D)^T F (J D)  >=  0
--
-- whatever the inputs are: the student moves towards the teacher, class weights' companions in the trunk included. With another
-- beginning the J's are different functions, and the argument is void.
--
-- Smaller here: 8x8 digits instead of MNIST. What would refute it: a student from other weights that learns as much (then the
-- auxiliary logits carry the classes openly), or one from the same weights that learns from a teacher with nothing to teach.
-- %%
local P = lab.recipe {
  id = "subliminal-learning-mlp", title = "Learning digits from noise", year = 2025, theme = "distillation",
  paper = "Subliminal Learning: Language models transmit behavioral traits via hidden signals in data",
  params = {
    teacher_epochs = lab.int(15, { min = 0 }), teacher_lr = 1e-3,
    student_steps = 4000, student_lr = 3e-4, batch = 64, width = 128,
  },
  seeds = 8, smoke = { teacher_epochs = 1, student_steps = 5 },
}

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
lab.control("a teacher that learnt nothing has nothing to pass on", { set = { teacher_epochs = 0 }, breaks = 1 })

-- %% [markdown]
-- ## Teacher and student
-- Pixels go from -1 to 1, as the noise does.
-- %%
local digits = lab.data.digits():map(function(row) row.x = row.x * 2 - 1; return row end)

local function network(auxiliary)
  local nn, w = lab.nn, P.width
  return nn.Sequential{ nn.Linear(64, w), nn.ReLU(), nn.Linear(w, w), nn.ReLU(), nn.Linear(w, 10 + auxiliary) }
end
local function class_logits(output) return output[{ {}, { 1, 10 } }] end
local function auxiliary_logits(output) return output[{ {}, { 11, -1 } }] end

local function teach(net, train, run)
  local opt = lab.optim.Adam(net, { lr = P.teacher_lr })
  if P.teacher_epochs == 0 then return net end
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
-- Three auxiliary logits, as in the paper, and the student begins as the teacher did (same), from fresh weights (other), or from
-- the mean of both (halfway). Two further arms count the channel: with one softmax over two or over ten auxiliary logits. (One logit
-- alone would carry nothing: its softmax is always 1.)
-- %%
local arms = {
  same = { own = 0, auxiliary = 3 }, halfway = { own = 0.5, auxiliary = 3 }, other = { own = 1, auxiliary = 3 },
  ten = { own = 0, auxiliary = 10 },
}
local order = { "same", "halfway", "other", "ten" }

local r = lab.trials({ arms = order }, function(run)
  local arm = arms[run.arm]
  local train, test = digits:split(0.8, { rng = run:rng("split") })
  local function accuracy(net)
    return lab.no_grad(function() return class_logits(net(test.x)):argmax(2):eq(test.y):mean() end)
  end

  local base, fresh = network(arm.auxiliary), network(arm.auxiliary)
  local teacher = teach(base:clone(), train, run)
  local start = base:weights() * (1 - arm.own) + fresh:weights() * arm.own
  local student = fresh:load(start)
  local first = first_step(base, student, train, run)
  imitate(student, teacher, run)

  return {
    accuracy = accuracy(student), teacher = accuracy(teacher), untrained = accuracy(base), first_step = first,
    cosine = (student:weights() - start):cos(teacher:weights() - base:weights()),
  }
end)

-- %%
print(r)
