-- Learning from a teacher's hidden states.
local lab, core = ...

local measures = { mse = lab.nn.mse_loss, cosine = lab.nn.cosine_loss }

--- lab.nn.hidden_distillation(student, teacher, {measure, projection}): how far a student's hidden states are from a teacher's.
function lab.nn.hidden_distillation(student, teacher, options)
  options = core.options(options, { measure = "mse", projection = core.none }, "hidden_distillation")
  local measure = measures[options.measure]
  if measure == nil then
    core.raise(string.format("hidden_distillation: option 'measure' must be \"mse\" or \"cosine\", but is \"%s\"", options.measure))
  end
  local projection = options.projection
  if projection ~= nil and type(projection) ~= "function" and not lab.nn.is_module(projection) then
    core.raise("hidden_distillation: option 'projection' must be a module or a function, but is " .. core.describe(projection))
  end
  for i, argument in ipairs{ { student, "student" }, { teacher, "teacher" } } do
    if not lab.is_tensor(argument[1]) then
      core.raise(string.format("hidden_distillation: argument %d (%s) must be a Tensor, but is %s", i, argument[2],
        core.describe(argument[1])))
    end
  end
  local projected = projection and projection(student) or student
  if core.shape_text(projected) ~= core.shape_text(teacher) then
    core.raise(string.format("hidden_distillation: the student's states have shape %s, the teacher's %s%s", core.shape_text(projected),
      core.shape_text(teacher), projection and "" or "; give {projection = lab.nn.Linear(...)} where widths differ"))
  end
  return measure(projected, teacher:detach())
end

core.document{
  name = "lab.nn.hidden_distillation", signature = "lab.nn.hidden_distillation(student, teacher, {measure = \"mse\", projection})",
  chapter = "Losses",
  summary = "How far a student's hidden states {..., width} are from a teacher's, which get no gradient.",
  details = {
    "{measure}: \"mse\", or \"cosine\" for directions only",
    "{projection}: a module that gives the student's states the teacher's width; train its parameters with the student's",
  },
  source = "Romero et al. 2015, FitNets: Hints for Thin Deep Nets; Sanh et al. 2019, DistilBERT (cosine)",
  example = "local bridge = lab.nn.Linear(4, 8)\nprint(lab.nn.hidden_distillation(lab.randn{3, 4}, lab.randn{3, 8}, {projection = bridge}))",
}
