//! Whether a program holds together: every jump lands in it, every variable exists where it is used, every expression
//! leaves one value, every path to an instruction opens the same environments.

use std::collections::BTreeMap;

use warren::script::program::{ExprId, ExprOp, Function, Instr, NameRef, Pc, Program, Subject, Var};

/// The environments open at an instruction, outermost first: how many variables each has.
type Environments = Vec<u16>;

/// All that is wrong with a program.
pub fn verify(program: &Program) -> Vec<String> {
    let mut verifier = Verifier { program, at: BTreeMap::new(), wrong: Vec::new() };
    verifier.tables();
    let operator = [program.operator].into_iter().chain(program.ats.iter().map(|at| at.start));
    for start in operator.chain(program.whens.iter().map(|when| when.start)) {
        verifier.walk(start, Vec::new());
    }
    for client in &program.clients {
        if client.slot_names.len() != usize::from(client.slots) {
            verifier.wrong.push(format!("{}: {} slots, {:?}", client.name, client.slots, client.slot_names));
        }
        verifier.walk(client.start, vec![client.slots]);
    }
    for check in &program.checks {
        verifier.expression(check.cond, &[], 0);
    }
    for when in &program.whens {
        verifier.expression(when.cond, &[], when.start);
    }
    verifier.wrong
}

struct Verifier<'p> {
    program: &'p Program,
    at: BTreeMap<Pc, Environments>,
    wrong: Vec<String>,
}

impl Verifier<'_> {
    fn tables(&mut self) {
        let program = self.program;
        if program.code.len() != program.spans.len() || program.code.len() != program.channels.len() {
            self.wrong.push("instructions, spans and channels differ in number".to_owned());
        }
        if program.ops.len() != program.op_spans.len() {
            self.wrong.push("operations and their spans differ in number".to_owned());
        }
        for id in 0..program.expressions.len() {
            self.balance(ExprId(id as u32));
        }
    }

    /// Runs an expression with depths instead of values.
    fn balance(&mut self, id: ExprId) {
        let (start, end) = self.program.expressions[id.0 as usize];
        let ops = &self.program.ops[start as usize..end as usize];
        let mut depth = 0i64;
        let mut lands: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, op) in ops.iter().enumerate() {
            if let Some(expected) = lands.get(&at)
                && *expected != depth
            {
                self.wrong.push(format!("expression {}: a skip lands on another depth", id.0));
            }
            let (takes, gives) = match op {
                ExprOp::Const(_) | ExprOp::Var(_) | ExprOp::It | ExprOp::Ask(_) => (0, 1),
                ExprOp::Field(_) | ExprOp::Unary(_) => (1, 1),
                ExprOp::Index | ExprOp::Binary(_) => (2, 1),
                ExprOp::AndThen(skip) | ExprOp::OrElse(skip) => {
                    lands.insert(at + 1 + *skip as usize, depth);
                    (1, 1)
                }
                ExprOp::List(count) | ExprOp::Join(count) => (i64::from(*count), 1),
                ExprOp::Table(count) => (2 * i64::from(*count), 1),
                ExprOp::Call(_, count) => (i64::from(*count), 1),
            };
            if depth < takes {
                self.wrong.push(format!("expression {}: {op:?} has too few operands", id.0));
            }
            depth += gives - takes;
        }
        if depth != 1 {
            self.wrong.push(format!("expression {}: leaves {depth} values", id.0));
        }
    }

    fn walk(&mut self, start: Pc, environments: Environments) {
        let mut open = vec![(start, environments)];
        while let Some((pc, mut now)) = open.pop() {
            match self.at.get(&pc) {
                Some(before) if *before == now => continue,
                Some(before) => {
                    self.wrong.push(format!("{pc}: reached with {before:?} and {now:?}"));
                    continue;
                }
                None => drop(self.at.insert(pc, now.clone())),
            }
            let Some(instr) = self.program.code.get(pc as usize) else {
                self.wrong.push(format!("{pc}: outside the program"));
                continue;
            };
            self.uses(instr, &now, pc);
            let mut to = Vec::new();
            match instr {
                Instr::Jump(target) => to.push(*target),
                Instr::Unless(_, target) => to.extend([pc + 1, *target]),
                Instr::End | Instr::Crash => {}
                Instr::PushScope(slots) => {
                    now.push(*slots);
                    to.push(pc + 1);
                }
                Instr::PopScopes(count) => {
                    if now.len() < usize::from(*count) {
                        self.wrong.push(format!("{pc}: leaves more than is open"));
                        continue;
                    }
                    now.truncate(now.len() - usize::from(*count));
                    to.push(pc + 1);
                }
                Instr::ForNext { end, .. } => to.extend([pc + 1, *end]),
                Instr::PushTry { catch, .. } => to.extend([pc + 1, *catch]),
                Instr::Get { otherwise, .. } => to.extend([pc + 1, *otherwise]),
                Instr::WaitUntil { otherwise, .. }
                | Instr::WaitForConfirms { otherwise, .. }
                | Instr::Reconnect { otherwise, .. } => {
                    to.extend([Some(pc + 1), *otherwise].into_iter().flatten())
                }
                _ => to.push(pc + 1),
            }
            for handler in handlers(instr) {
                let handler = &self.program.handlers[handler as usize];
                let mut inside = now.clone();
                inside.push(handler.slots);
                open.push((handler.start, inside));
            }
            open.extend(to.into_iter().map(|pc| (pc, now.clone())));
        }
    }

    /// Every variable and expression of the instruction.
    fn uses(&mut self, instr: &Instr, now: &[u16], pc: Pc) {
        // What an instruction refers to is found in its own words: a new operand cannot be forgotten here.
        let text = format!("{instr:?}");
        for (at, _) in text.match_indices("ExprId(") {
            let digits: String = text[at + 7..].chars().take_while(char::is_ascii_digit).collect();
            self.expression(ExprId(digits.parse().expect("a number")), now, pc);
        }
        for var in variables(instr) {
            self.variable(var, now, pc);
        }
    }

    fn expression(&mut self, id: ExprId, now: &[u16], pc: Pc) {
        let (start, end) = self.program.expressions[id.0 as usize];
        for op in &self.program.ops[start as usize..end as usize] {
            match op {
                ExprOp::Var(var) => self.variable(*var, now, pc),
                ExprOp::Ask(question) => {
                    let question = &self.program.questions[question.0 as usize];
                    let names = match &question.of {
                        Subject::Named(name, vhost) => [Some(name), vhost.as_ref()],
                        _ => [None, None],
                    };
                    for name in names.into_iter().flatten() {
                        if let NameRef::Computed(id) = name {
                            self.expression(*id, now, pc);
                        }
                    }
                    if let Some(filter) = question.filter {
                        self.expression(filter, now, pc);
                    }
                }
                ExprOp::Call(Function::Number, count) if *count > 1 => {
                    self.wrong.push(format!("{pc}: number"))
                }
                _ => {}
            }
        }
    }

    fn variable(&mut self, var: Var, now: &[u16], pc: Pc) {
        let exists = match var {
            Var::World(slot) => usize::from(slot) < self.program.world.len(),
            Var::Local { hops, slot } => now
                .len()
                .checked_sub(1 + usize::from(hops))
                .is_some_and(|environment| slot < now[environment]),
        };
        if !exists {
            self.wrong.push(format!("{pc}: {var:?} does not exist in {now:?}"));
        }
    }
}

fn handlers(instr: &Instr) -> Vec<u32> {
    match instr {
        Instr::Consume(spec) => spec.handler.iter().map(|handler| handler.0).collect(),
        Instr::On(_, handler) | Instr::Every(_, handler) => vec![handler.0],
        _ => Vec::new(),
    }
}

fn variables(instr: &Instr) -> Vec<Var> {
    match instr {
        Instr::Set(var, _) | Instr::SetInside(var, ..) => vec![*var],
        Instr::ForBegin { iterator, .. } => vec![*iterator],
        Instr::ForNext { iterator, var, .. } => vec![*iterator, *var],
        Instr::RoundWait { since, .. } => vec![*since],
        Instr::PushTry { var, .. } | Instr::Get { var, .. } => vec![*var],
        Instr::Queue(spec) => spec.alias.into_iter().collect(),
        Instr::Purge { alias, .. } => alias.iter().copied().collect(),
        _ => Vec::new(),
    }
}
