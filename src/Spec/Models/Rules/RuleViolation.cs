namespace Ringcheck.Models.Rules;

public enum RuleViolation : byte { None }
public sealed record RuleEntry(string Name, string[] Clauses, string Message, string Mend);
public static class RuleTable { public static RuleEntry Of(RuleViolation rule) => new(rule.ToString(), [], "", ""); }
