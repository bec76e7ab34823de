using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>
/// Puts a call of <see cref="LoopGuard.Tick"/> into each loop and at the entry of each method, so that code that never comes back is a
/// violation and not a hang. No line moves: compiler messages keep their line numbers. Left alone: lambdas and properties that
/// are an expression, which can only run without end through something that is guarded.
/// </summary>
sealed class LoopGuardRewriter : CSharpSyntaxRewriter
{
    static readonly StatementSyntax Tick = SyntaxFactory.ParseStatement($"global::{typeof(LoopGuard).FullName}.{nameof(LoopGuard.Tick)}();");
    static readonly LoopGuardRewriter Instance = new();

    public static SyntaxNode Guard(SyntaxNode root) => Instance.Visit(root);

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node)
    {
        var visited = (ForStatementSyntax)base.VisitForStatement(node)!;
        return visited.WithStatement(Guarded(visited.Statement));
    }

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node)
    {
        var visited = (ForEachStatementSyntax)base.VisitForEachStatement(node)!;
        return visited.WithStatement(Guarded(visited.Statement));
    }

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node)
    {
        var visited = (ForEachVariableStatementSyntax)base.VisitForEachVariableStatement(node)!;
        return visited.WithStatement(Guarded(visited.Statement));
    }

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node)
    {
        var visited = (WhileStatementSyntax)base.VisitWhileStatement(node)!;
        return visited.WithStatement(Guarded(visited.Statement));
    }

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node)
    {
        var visited = (DoStatementSyntax)base.VisitDoStatement(node)!;
        return visited.WithStatement(Guarded(visited.Statement));
    }

    /// <summary>A jump backwards is a loop too.</summary>
    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node) => SyntaxFactory.Block(Tick, node).WithTriviaFrom(node);

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        var visited = (MethodDeclarationSyntax)base.VisitMethodDeclaration(node)!;
        if (visited.Body is { } body) return visited.WithBody(Guarded(body));
        return BlockOf(visited.ExpressionBody, visited.ReturnType, visited.Modifiers) is { } block
            ? visited.WithExpressionBody(null).WithSemicolonToken(default).WithBody(block) : visited;
    }

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        var visited = (LocalFunctionStatementSyntax)base.VisitLocalFunctionStatement(node)!;
        if (visited.Body is { } body) return visited.WithBody(Guarded(body));
        return BlockOf(visited.ExpressionBody, visited.ReturnType, visited.Modifiers) is { } block
            ? visited.WithExpressionBody(null).WithSemicolonToken(default).WithBody(block) : visited;
    }

    public override SyntaxNode? VisitAccessorDeclaration(AccessorDeclarationSyntax node)
    {
        var visited = (AccessorDeclarationSyntax)base.VisitAccessorDeclaration(node)!;
        return visited.Body is { } body ? visited.WithBody(Guarded(body)) : visited;
    }

    public override SyntaxNode? VisitConstructorDeclaration(ConstructorDeclarationSyntax node)
    {
        var visited = (ConstructorDeclarationSyntax)base.VisitConstructorDeclaration(node)!;
        return visited.Body is { } body ? visited.WithBody(Guarded(body)) : visited;
    }

    static BlockSyntax Guarded(StatementSyntax statement) => statement is BlockSyntax block
        ? block.WithStatements(block.Statements.Insert(0, Tick)) : SyntaxFactory.Block(Tick, statement);

    /// <summary>What an expression body says as a block; null where that cannot be known from the syntax.</summary>
    static BlockSyntax? BlockOf(ArrowExpressionClauseSyntax? arrow, TypeSyntax returnType, SyntaxTokenList modifiers)
    {
        if (arrow is null || arrow.Expression is ThrowExpressionSyntax or RefExpressionSyntax) return null;
        bool isVoid = returnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };
        if (!isVoid && modifiers.Any(SyntaxKind.AsyncKeyword)) return null;
        StatementSyntax statement = isVoid
            ? SyntaxFactory.ExpressionStatement(arrow.Expression.WithoutTrivia())
            : SyntaxFactory.ReturnStatement(SyntaxFactory.Token(SyntaxKind.ReturnKeyword).WithTrailingTrivia(SyntaxFactory.Space),
                arrow.Expression.WithoutTrivia(), SyntaxFactory.Token(SyntaxKind.SemicolonToken));
        return SyntaxFactory.Block(Tick, statement).WithTriviaFrom(arrow);
    }
}
